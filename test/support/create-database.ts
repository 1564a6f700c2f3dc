import { withSession } from "./session.ts";

/**
 * Creates a database as a copy of a template. Test servers flush nothing to disk, so a copy of the files takes half of the
 * processor time of a copy through the log, which is the default from PostgreSQL 15 on and the only way before.
 */
export async function createDatabase(server: string, name: string, template = "template1"): Promise<void> {
  await withSession(server, async (session) => {
    const [row] = await session.query<{ major: number }>("select current_setting('server_version_num')::int / 10000 as major");
    await session.query(`create database "${name}" template "${template}"${(row?.major ?? 0) < 15 ? "" : " strategy file_copy"}`);
  });
}
