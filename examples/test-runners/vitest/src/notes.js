// A part of an application, as it is written anywhere: it reads DATABASE_URL when it is loaded.
import pg from "pg";

export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });

export async function addNote(text) {
  await pool.query("insert into note (text) values ($1)", [text]);
}

export async function listNotes() {
  const { rows } = await pool.query("select text from note order by id");
  return rows.map(({ text }) => text);
}
