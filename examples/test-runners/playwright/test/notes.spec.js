import { expect, test } from "@playwright/test";
import { addNote, listNotes } from "../src/notes.js";

test("the server shows what a test wrote", async ({ request }) => {
  await addNote("from a test");
  expect(await (await request.get("/")).text()).toContain("<li>from a test</li>");
});

test("a test reads what the server wrote", async ({ request }) => {
  await request.post("/", { data: "from the server" });
  expect(await listNotes()).toContain("from the server");
});
