import { database } from "offshoot/vitest";
import { afterAll, beforeEach, expect, test } from "vitest";
import { addNote, listNotes, pool } from "../src/notes.js";

// The pool reports the connections that a reset ends, and then opens new ones.
pool.on("error", () => {});
beforeEach(() => database.reset({ force: true }));
afterAll(() => pool.end());

test.each(["bread", "milk"])("adds %s to the notes of the migrations", async (text) => {
  await addNote(text);
  expect(await listNotes()).toEqual(["from the migrations", text]);
});
