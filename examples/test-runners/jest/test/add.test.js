const { addNote, listNotes, pool } = require("../src/notes");

afterAll(() => pool.end());

test("adds a note", async () => {
  await addNote("milk");
  expect(await listNotes()).toEqual(["from the migrations", "milk"]);
});
