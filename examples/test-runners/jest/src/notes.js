// A part of an application, as it is written anywhere: it reads DATABASE_URL when it is loaded.
const { Pool } = require("pg");

const pool = new Pool({ connectionString: process.env.DATABASE_URL });

async function addNote(text) {
  await pool.query("insert into note (text) values ($1)", [text]);
}

async function listNotes() {
  const { rows } = await pool.query("select text from note order by id");
  return rows.map(({ text }) => text);
}

module.exports = { addNote, listNotes, pool };
