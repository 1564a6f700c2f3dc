/**
 * What the observation of a rehearsal adds to the time of a migration (goal: at most 5 %): `npx tsx bench/rehearsal.ts [ROUNDS]`.
 * Each round plays each migration once through the observation and once without it, in databases of their own.
 */
import { randomBytes } from "node:crypto";
import { directUrl, withDatabase } from "../src/postgres/url.ts";
import { observe } from "../src/rehearsal/observe/observe.ts";
import { setup } from "../test/support/rehearsal/patterns.ts";
import { startServer } from "../test/support/server.ts";
import { withSession } from "../test/support/session.ts";
import { median } from "./compare.ts";

const ROUNDS = Number(process.argv[2] ?? 5);
const ROWS = 1_000_000;

const columns = Array.from({ length: 300 }, (_, at) => `alter table t add column c${at} int default ${at}`);

const MIGRATIONS: Readonly<Record<string, readonly string[]>> = {
  "long statements": ["alter table t alter column a type bigint", "create index t_b on t (b)", "update t set n = n + 1 where id % 2 = 0"],
  "300 short statements in one transaction": ["begin", ...columns, "commit"],
  "300 short statements, each a transaction": columns,
  "300 short transactions": columns.flatMap((sql) => ["begin", sql, "commit"]),
};

const server = await startServer();
try {
  await server.createDatabase("template_of_bench");
  await withSession(withDatabase(server.url, "template_of_bench"), (session) => session.query(setup(ROWS)));
  const times = new Map<string, { readonly plain: number[]; readonly observed: number[] }>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, statements] of Object.entries(MIGRATIONS)) {
      const of = times.get(name) ?? { plain: [], observed: [] };
      times.set(name, of);
      const ways = [
        async () => of.plain.push(await inDatabase((url) => play(url, statements))),
        async () => of.observed.push(await inDatabase((url) => observed(url, statements))),
      ];
      for (const way of round % 2 === 0 ? ways : ways.toReversed()) await way();
    }
  }
  for (const [name, { plain, observed: watched }] of times) {
    const [one, other] = [median(plain), median(watched)];
    console.log(`${name}: ${Math.round(one)} ms, observed ${Math.round(other)} ms, ${((other / one - 1) * 100).toFixed(1)} % more`);
  }
} finally {
  await server.stop();
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

function play(url: string, statements: readonly string[]): Promise<number> {
  return withSession(url, async (session) => {
    const start = performance.now();
    for (const sql of statements) await session.query(sql);
    return performance.now() - start;
  });
}

async function observed(url: string, statements: readonly string[]): Promise<number> {
  const options = {
    url: directUrl(url),
    name: "offshoot:bench",
    useBroker: true,
    records: undefined,
    signal: AbortSignal.timeout(300_000),
  };
  return (await observe(options, (reached) => play(reached, statements))).result;
}
