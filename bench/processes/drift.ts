import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../../test/support/server.ts";
import { withSession } from "../../test/support/session.ts";
import { findMajor } from "../../test/support/majors.ts";
import { growTables } from "../tables.ts";
import type { Comparison } from "./comparison.ts";
import { BIN, mustRun } from "./process.ts";

const TABLES = 100;

/** Two schemas of a hundred tables that differ in several hundred objects, on PostgreSQL 15. */
export async function drift(): Promise<Comparison> {
  const binaries = await findMajor(15);
  if (binaries === undefined) throw new Error("This comparison needs PostgreSQL 15 with its programs.");
  const server = await startServer({}, { binaries });
  const folder = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
  const [wanted, found] = [await server.createDatabase("wanted"), await server.createDatabase("found")];
  await withSession(wanted, (session) => growTables(session, 0, TABLES));
  await withSession(found, (session) => growTables(session, 0, 1));
  const env = { ...process.env, WANTED: wanted, FOUND: found };
  const script = join(folder, "repair.sql");
  const own = (...args: string[]): void =>
    // The status of a comparison that found differences is 10.
    void mustRun(
      "sh",
      ["-c", '"$0" "$@"; test $? -eq 10', process.execPath, BIN, "drift", "--expected", "WANTED", "--actual", "FOUND", ...args],
      {
        env,
        cwd: folder,
      },
    );
  own("--repair", script);
  const program = (name: string): string => join(binaries, name);
  return {
    name: "drift of a hundred tables, and its repair",
    rounds: 7,
    ways: {
      "pg_dump -s of both, diff": async () => {
        for (const [file, url] of [
          ["wanted.sql", wanted],
          ["found.sql", found],
        ] as const)
          mustRun(program("pg_dump"), ["-s", "-f", join(folder, file), url]);
        mustRun("sh", ["-c", "diff wanted.sql found.sql >/dev/null; test $? -eq 1"], { cwd: folder });
      },
      "offshoot drift": async () => own(),
      "create database, psql -f twice": async (round) => {
        const name = `copy_${round}`;
        mustRun(program("psql"), ["-qc", `create database ${name} template found`, server.url]);
        const copy = found.replace(/\/found$/, `/${name}`);
        for (let run = 0; run < 2; run += 1) mustRun(program("psql"), ["-qv", "ON_ERROR_STOP=1", "-f", script, copy]);
        return async () => void mustRun(program("psql"), ["-qc", `drop database ${name}`, server.url]);
      },
      "offshoot drift --repair": async () => own("--repair", script),
    },
    peers: { "offshoot drift --repair": "create database, psql -f twice" },
    goals: {},
    async cleanUp() {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}
