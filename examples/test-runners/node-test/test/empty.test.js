import assert from "node:assert/strict";
import { after, test } from "node:test";
import { addNote, listNotes, pool } from "../src/notes.js";

after(() => pool.end());

test("deletes all notes, which no other file sees", async () => {
  await pool.query("delete from note");
  assert.deepEqual(await listNotes(), []);
  // The same text as in the other file: in one database this would be a duplicate.
  await addNote("milk");
});
