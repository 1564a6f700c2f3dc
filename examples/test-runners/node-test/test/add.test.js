import assert from "node:assert/strict";
import { after, test } from "node:test";
import { addNote, listNotes, pool } from "../src/notes.js";

after(() => pool.end());

test("adds a note", async () => {
  await addNote("milk");
  assert.deepEqual(await listNotes(), ["from the migrations", "milk"]);
});
