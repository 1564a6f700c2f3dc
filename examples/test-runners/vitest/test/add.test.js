import { afterAll, expect, test } from "vitest";
import { addNote, listNotes, pool } from "../src/notes.js";

afterAll(() => pool.end());

test("adds a note", async () => {
  await addNote("milk");
  expect(await listNotes()).toEqual(["from the migrations", "milk"]);
});
