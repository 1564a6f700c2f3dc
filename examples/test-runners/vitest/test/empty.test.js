import { afterAll, expect, test } from "vitest";
import { addNote, listNotes, pool } from "../src/notes.js";

afterAll(() => pool.end());

test("deletes all notes, which no other file sees", async () => {
  await pool.query("delete from note");
  expect(await listNotes()).toEqual([]);
  // The same text as in the other file: in one database this would be a duplicate.
  await addNote("milk");
});
