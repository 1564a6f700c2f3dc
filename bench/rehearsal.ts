/**
 * What the observation of a rehearsal adds to the time of a migration (goal: at most 5 %):
 * `npx tsx bench/rehearsal.ts [ROUNDS] [ROWS] [--busy] [--long]`. Each migration is a process of psql. Each round plays it once
 * without the observation and once with it, in changing order, in databases of their own. The result is the median of the
 * ratios of these pairs, so that a machine that becomes slower or faster counts little. Beside it is the processor time that the
 * observation needs, here and in the server (Linux): on a busy machine it is the part of the ratio that is not chance. The floor
 * is the same migration through a relay in this process, which passes bytes and reads nothing: nobody who wants to know when each
 * statement begins and ends can add less. `--busy` keeps two processors busy meanwhile. `--long`: only the migration with long
 * statements.
 */
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { directUrl, withDatabase } from "../src/postgres/url.ts";
import { brokerEnvironment } from "../src/readiness/fence.ts";
import { observe } from "../src/rehearsal/observe/observe.ts";
import { setup } from "../test/support/rehearsal/patterns.ts";
import { startServer } from "../test/support/server.ts";
import { withSession } from "../test/support/session.ts";
import { median } from "./compare.ts";

const [ROUNDS = 9, ROWS = 1_000_000] = process.argv.slice(2).flatMap((text) => (text.startsWith("--") ? [] : [Number(text)]));
const isBusy = process.argv.includes("--busy");
const isLong = process.argv.includes("--long");
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
const loadBefore = loadavg()[0] ?? 0;
const folder = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
const server = await startServer();
try {
  await server.createDatabase("template_of_bench");
  await withSession(withDatabase(server.url, "template_of_bench"), (session) => session.query(setup(ROWS)));
  const times = new Map<
    string,
    { readonly plain: number[]; readonly relayed: number[]; readonly observed: number[]; readonly work: number[] }
  >();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, statements] of Object.entries(MIGRATIONS).slice(0, isLong ? 1 : undefined)) {
      const file = join(folder, "migration.sql");
      await writeFile(file, `${statements.join(";\n")};\n`);
      const of = times.get(name) ?? { plain: [], relayed: [], observed: [], work: [] };
      times.set(name, of);
      const ways = [
        async () => of.plain.push(await inDatabase((url) => play(url, file))),
        async () => of.relayed.push(await inDatabase((url) => relayed(url, file))),
        async () => of.observed.push(await inDatabase((url) => observed(url, file, of.work))),
      ];
      for (const way of round % 2 === 0 ? ways : ways.toReversed()) await way();
    }
  }
  for (const [name, { plain, relayed: passed, observed: watched, work }] of times) {
    const added = (ways: readonly number[]): string => {
      const ratios = plain.map((ms, at) => (ways[at] ?? 0) / ms).toSorted((one, other) => one - other);
      return `${more(median(ratios))} more (${more(ratios[0] ?? 1)} to ${more(ratios.at(-1) ?? 1)})`;
    };
    console.log(
      `${name}: ${Math.round(median(plain))} ms; in ${plain.length} rounds, observed ${added(watched)}, relayed ${added(passed)}; processor time of the observation ${(median(work) * 100).toFixed(1)} % of the time`,
    );
  }
  console.log(`load of the machine: ${loadBefore.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after, ${cpus().length} processors`);
} finally {
  for (const each of spinning) each.kill("SIGKILL");
  await server.stop();
  await rm(folder, { recursive: true });
}

function more(ratio: number): string {
  return `${((ratio - 1) * 100).toFixed(1)} %`;
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

/** The time through a relay that only passes bytes. */
async function relayed(url: string, file: string): Promise<number> {
  const { port } = new URL(url);
  const relay = createServer({ noDelay: true }, (client) => {
    const backend = connect({ host: "127.0.0.1", port: Number(port), noDelay: true });
    client.pipe(backend).pipe(client);
    client.on("error", () => backend.destroy());
    backend.on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  try {
    const through = new URL(url);
    through.port = String((relay.address() as AddressInfo).port);
    return await play(through.href, file);
  } finally {
    relay.close();
  }
}

/** Adds the share of the time for which the observation used a processor to `work`. */
async function observed(url: string, file: string, work: number[]): Promise<number> {
  const options = {
    url: directUrl(url),
    name: "offshoot:bench",
    useBroker: true,
    records: undefined,
    signal: AbortSignal.timeout(300_000),
  };
  const { result } = await observe(options, async (reached) => {
    const sessions = await withSession(url, (session) =>
      session.query<{ pid: number }>(
        "select pid from pg_stat_activity where application_name = 'offshoot:rehearsal' and datname = current_database()",
      ),
    );
    const usedMs = async (): Promise<number> => {
      const ofServer = await Promise.all(sessions.map(({ pid }) => processorMs(pid)));
      const { user, system } = process.cpuUsage();
      return ofServer.reduce((sum, ms) => sum + ms, (user + system) / 1000);
    };
    const before = await usedMs();
    const ms = await play(reached, file);
    work.push(((await usedMs()) - before) / ms);
    return ms;
  });
  return result;
}

/** The processor time of a process until now (Linux, proc(5): fields 14 and 15, in hundredths of a second). */
async function processorMs(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}
