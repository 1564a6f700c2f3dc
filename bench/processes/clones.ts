import { chmod, mkdtemp, rm, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { up } from "../../src/commands/up.ts";
import { migrate } from "../../src/commands/migrate.ts";
import { down } from "../../src/commands/down.ts";
import { withSession } from "../../src/postgres/connect.ts";
import { withDatabase } from "../../src/postgres/url.ts";
import { readText } from "../../src/read-file.ts";
import type { Comparison } from "./comparison.ts";

/** A schema of some size: 60 tables with an index and a constraint each. */
const SCHEMA = Array.from(
  { length: 60 },
  (_, at) =>
    `create table public.t${at} (id bigint generated always as identity primary key, name text not null unique, n int check (n > 0));`,
).join("\n");

/** A fresh database with the schema, in different ways, on one embedded server. Each is deleted outside of the measured time. */
export async function clones(): Promise<Comparison> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
  await chmod(folder, 0o755);
  await mkdir(join(folder, "migrations"));
  await mkdir(join(folder, "home"));
  await writeFile(join(folder, "migrations/0001.sql"), SCHEMA);
  const env = { PATH: process.env["PATH"], HOME: join(folder, "home"), OFFSHOOT_HOME: join(folder, "home"), OFFSHOOT_PROVIDER: "embedded" };
  const options = { cwd: folder, env, settings: { base: false } };
  const { database } = await up(options);
  await migrate(options);
  const first = await database.clone();
  const server = withDatabase(database.directUrl, "postgres");
  const admin = (sql: string): Promise<unknown> => withSession(server, (session) => session.query(sql));
  const own = new URL(first.directUrl).pathname.slice(1);
  const schema = await readText(join(folder, "migrations/0001.sql"), 1_000_000);
  const named =
    (prefix: string, make: (name: string) => Promise<unknown>) =>
    async (round: number): Promise<() => Promise<void>> => {
      await make(`${prefix}_${round}`);
      return async () => void (await admin(`drop database ${prefix}_${round}`));
    };
  return {
    name: "a fresh database with 60 tables",
    rounds: 15,
    ways: {
      "create database … template, by hand": named("by_hand", (name) => admin(`create database ${name} template "${own}"`)),
      "the same with strategy file_copy": named("by_file", (name) => admin(`create database ${name} template "${own}" strategy file_copy`)),
      "Database.clone": async () => {
        const clone = await database.clone();
        return () => clone.drop();
      },
      "create database, and the migrations again": named("again", async (name) => {
        await admin(`create database ${name}`);
        await withSession(withDatabase(database.directUrl, name), (session) => session.query(schema));
      }),
    },
    goals: {},
    async cleanUp() {
      await down(options);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
