/**
 * What the observation of a rehearsal adds to the time of a migration (goal: at most 5 %):
 * `npx tsx bench/rehearsal.ts [ROUNDS] [ROWS] [--busy]`. Each migration is a process of psql. Each round plays it once without the
 * observation and once with it, in changing order, in databases of their own. `--busy` keeps two processors busy meanwhile.
 */
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { directUrl, withDatabase } from "../src/postgres/url.ts";
import { brokerEnvironment } from "../src/readiness/fence.ts";
import { observe } from "../src/rehearsal/observe/observe.ts";
import { setup } from "../test/support/rehearsal/patterns.ts";
import { startServer } from "../test/support/server.ts";
import { withSession } from "../test/support/session.ts";
import { median } from "./compare.ts";

const [ROUNDS, ROWS] = [Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 1_000_000)];
const isBusy = process.argv.includes("--busy");
const run = promisify(execFile);

const columns = Array.from({ length: 300 }, (_, at) => `alter table t add column c${at} int default ${at}`);

const MIGRATIONS: Readonly<Record<string, readonly string[]>> = {
  "three long statements": [
    "alter table t alter column a type bigint",
    "create index t_b on t (b)",
    "update t set n = n + 1 where id % 2 = 0",
  ],
  "300 short statements in one transaction": ["begin", ...columns, "commit"],
  "300 short statements, each a transaction": columns,
  "300 short transactions": columns.flatMap((sql) => ["begin", sql, "commit"]),
};

const spinning = isBusy ? [0, 1].map(() => spawn(process.execPath, ["--eval", "for (;;) ;"], { stdio: "ignore" })) : [];
const folder = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
const server = await startServer();
try {
  await server.createDatabase("template_of_bench");
  await withSession(withDatabase(server.url, "template_of_bench"), (session) => session.query(setup(ROWS)));
  const times = new Map<string, { readonly plain: number[]; readonly observed: number[] }>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, statements] of Object.entries(MIGRATIONS)) {
      const file = join(folder, "migration.sql");
      await writeFile(file, `${statements.join(";\n")};\n`);
      const of = times.get(name) ?? { plain: [], observed: [] };
      times.set(name, of);
      const ways = [
        async () => of.plain.push(await inDatabase((url) => play(url, file))),
        async () => of.observed.push(await inDatabase((url) => observed(url, file))),
      ];
      for (const way of round % 2 === 0 ? ways : ways.toReversed()) await way();
    }
  }
  for (const [name, { plain, observed: watched }] of times) {
    const [one, other] = [median(plain), median(watched)];
    // Of two runs of one round, so that a machine that becomes slower counts less.
    const pairs = median(plain.map((ms, at) => (watched[at] ?? 0) / ms));
    console.log(
      `${name}: ${Math.round(one)} ms, observed ${Math.round(other)} ms, ${((other / one - 1) * 100).toFixed(1)} % more; in pairs ${((pairs - 1) * 100).toFixed(1)} % more`,
    );
  }
} finally {
  for (const each of spinning) each.kill("SIGKILL");
  await server.stop();
  await rm(folder, { recursive: true });
}

async function inDatabase(work: (url: string) => Promise<number>): Promise<number> {
  const name = `bench_${randomBytes(5).toString("hex")}`;
  await withSession(server.url, (session) => session.query(`create database ${name} template template_of_bench strategy file_copy`));
  await withSession(server.url, (session) => session.query("checkpoint"));
  try {
    return await work(withDatabase(server.url, name));
  } finally {
    await withSession(server.url, (session) => session.query(`drop database ${name} with (force)`));
  }
}

/** The time of the process, from its start to its end. */
async function play(url: string, file: string): Promise<number> {
  const start = performance.now();
  await run("psql", ["--no-psqlrc", "--quiet", url, "--file", file], { env: { ...brokerEnvironment(process.env) } });
  return performance.now() - start;
}

async function observed(url: string, file: string): Promise<number> {
  const options = {
    url: directUrl(url),
    name: "offshoot:bench",
    useBroker: true,
    records: undefined,
    signal: AbortSignal.timeout(300_000),
  };
  return (await observe(options, (reached) => play(reached, file))).result;
}
