/**
 * Compares `up` on a running server with the statement that it always needs: `CREATE DATABASE … TEMPLATE` of the same schema.
 * The goal is at most 1.3 times the statement plus 50 ms for the library call. The time of the whole process is printed too.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile, chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { down, list, migrate, up } from "offshoot";
import { connect } from "../test/support/session.ts";
import { withDatabase } from "../src/postgres/url.ts";
import { compare, median, table } from "./compare.ts";

const BIN = new URL("../bin/offshoot.js", import.meta.url).pathname;
const TABLES = 100;
const ROUNDS = 15;

const directory = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
await chmod(directory, 0o755);
const schema = Array.from(
  { length: TABLES },
  (_, n) => `create table t${n} (id bigint primary key, a text, b int references t0 (id), c timestamptz default now());`,
);
schema[0] = "create table t0 (id bigint primary key);";
await writeFile(join(directory, "schema.sql"), schema.join("\n").replaceAll("b int references", "b bigint references"));
await writeFile(
  join(directory, "migrate.mjs"),
  `import { readFile } from "node:fs/promises"; import pg from ${JSON.stringify(import.meta.resolve("pg"))};
   const client = new pg.Client(process.env.DATABASE_URL); await client.connect();
   await client.query(await readFile("schema.sql", "utf8")); await client.end();`,
);
await writeFile(join(directory, "offshoot.yaml"), `provider: embedded\nmigrations: { command: "node migrate.mjs", files: [schema.sql] }\n`);

const env = { ...process.env, OFFSHOOT_HOME: join(directory, "home") };
const options = (run: string) => ({ cwd: directory, env, settings: { run } });

try {
  // The first run makes the template. Its database is kept, so that the server keeps running.
  const { database } = await up(options("first"));
  await migrate(options("first"));
  const template = (await list({ ...options("first"), all: true })).find(({ kind }) => kind === "base");
  if (template === undefined) throw new Error("The first run kept no template.");
  const session = await connect(withDatabase(database.directUrl, "postgres"));
  const templateName = template.id.split("/").at(-1);
  const sides = await compare(ROUNDS, {
    "create database … template": async (round) => {
      await session.query(`create database bare_${round} template ${templateName} strategy file_copy`);
    },
    "up() of the library": async (round) => {
      const { database: made } = await up(options(`library-${round}`));
      if (made.base === undefined) throw new Error("The database was created without the template.");
    },
    "offshoot up, the process": async (round) => {
      const { status, stderr } = spawnSync(process.execPath, [BIN, "up", "--run", `process-${round}`], {
        cwd: directory,
        env,
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(stderr);
    },
  });
  await session.close();
  console.log(`${TABLES} tables, ${ROUNDS} rounds`);
  console.log(table(sides));
  const [bare = 0, library = 0] = sides.map(({ times }) => median(times));
  console.log(
    `goal: up() takes at most 1.3 × ${bare.toFixed(0)} + 50 = ${(1.3 * bare + 50).toFixed(0)} ms; measured: ${library.toFixed(0)} ms`,
  );
} finally {
  for (const { kind, tag } of await list(options("first"))) if (kind === "run" && tag !== undefined) await down(options(tag.run));
  await rm(directory, { recursive: true, force: true });
}
