/**
 * Measures an audit (the catalog and all rules) on PostgreSQL 15. Goals: with 2,000 tables and 20,000 columns at most the
 * time of `pg_dump --schema-only` of the same database, and at most 150 MB of memory; at most a tenth of the time of the
 * same assertions in pgTAP; a time that grows linearly up to 10,000 tables.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { auditDatabase } from "../src/audit/audit.ts";
import { readCatalog } from "../src/catalog/read.ts";
import { writeSpec } from "../src/audit/spec-writer/write.ts";
import { connect, withSession } from "../test/support/session.ts";
import { findMajor } from "../test/support/majors.ts";
import { startServer } from "../test/support/server.ts";
import { compare, table } from "./compare.ts";
import { growTables, pgtapScript } from "./tables.ts";

const run = promisify(execFile);
const BIN = new URL("../bin/offshoot.js", import.meta.url).pathname;
const ROUNDS = 5;
const SIZES = [1000, 2000, 5000, 10_000] as const;
const MEASURED = 2000;
/** The number of tables in the comparison with pgTAP, which is slow. */
const WITH_PGTAP = 100;

const binaries = await findMajor(15);
if (binaries === undefined) throw new Error("This benchmark needs PostgreSQL 15 with its pg_dump.");
const pgDump = join(binaries, "pg_dump");
const psql = join(binaries, "psql");
// A dump locks all tables at the same time.
const server = await startServer({ max_locks_per_transaction: 2000, shared_buffers: "256MB", autovacuum: "off" }, { binaries });
const scratch = await mkdtemp(join(tmpdir(), "offshoot-bench-"));

/** Runs the audit as a library call, in its own session. */
async function audit(url: string, specText?: string): Promise<number> {
  const session = await connect(url);
  try {
    const given = specText === undefined ? {} : { specText, specFile: "schema.audit.yaml" };
    return (await auditDatabase({ session, now: new Date(), ...given })).findings.length;
  } finally {
    await session.close();
  }
}

/** The maximum memory of the whole command, in MB. */
async function memory(url: string): Promise<number> {
  const script = "process.on('exit', () => process.stderr.write(`\\nmaxRSS ${process.resourceUsage().maxRSS}\\n`))";
  const args = ["--import", `data:text/javascript,${encodeURIComponent(script)}`, BIN, "audit", "--url", "BENCH_URL", "--json"];
  const { stderr } = await run(process.execPath, args, { env: { ...process.env, BENCH_URL: url }, maxBuffer: 1e9, cwd: scratch });
  return Number(/maxRSS (\d+)/.exec(stderr)?.[1]) / 1024;
}

/** The processor time of this process and the server in milliseconds, including their children that have ended. Linux only. */
async function processorTime(): Promise<number> {
  const stats = await Promise.all(["self", String(server.pid)].map((pid) => readFile(`/proc/${pid}/stat`, "utf8")));
  const ticks = stats.flatMap((line) =>
    line
      .slice(line.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 15)
      .map(Number),
  );
  return ticks.reduce((sum, each) => sum + each, 0) * 10;
}

/** The processor time of each way, measured in rounds. It does not depend on how busy the machine is. */
async function processorTimes(ways: Readonly<Record<string, () => Promise<unknown>>>): Promise<string> {
  const times = Object.keys(ways).map((name) => ({ name, times: [] as number[] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [place, way] of Object.values(ways).entries()) {
      const start = await processorTime();
      await way();
      // The server adds the time of a session when it has noticed the end of the session.
      await pause(300);
      times[place]?.times.push((await processorTime()) - start);
    }
  }
  return table(times);
}

async function compareWithDump(url: string): Promise<void> {
  const dump = (): Promise<unknown> => run(pgDump, ["-s", "-f", "/dev/null", url]);
  const sides = await compare(ROUNDS, {
    "pg_dump --schema-only": async () => void (await dump()),
    "catalog and all rules": async () => void (await audit(url)),
  });
  console.log(`${MEASURED} tables with ${MEASURED * 10} columns, ${ROUNDS} rounds\n${table(sides)}`);
  console.log("the same in processor time of client and server");
  console.log(await processorTimes({ "pg_dump --schema-only": dump, "catalog and all rules": () => audit(url) }));
  console.log(`goal: the whole command takes at most 150 MB of memory; measured: ${(await memory(url)).toFixed(0)} MB\n`);
}

async function compareWithPgtap(): Promise<void> {
  const url = await server.createDatabase("pgtap");
  const catalog = await withSession(url, async (session) => {
    await session.query("create extension pgtap schema public");
    await growTables(session, 0, WITH_PGTAP);
    return readCatalog(session, { schemas: ["bench"] });
  });
  const spec = writeSpec(catalog);
  const { script, assertions } = pgtapScript(catalog);
  const file = join(scratch, "pgtap.sql");
  await writeFile(file, script);
  const { stdout } = await run(psql, ["-qAtX", "-f", file, url], { maxBuffer: 1e9 });
  const failed = stdout.match(/^not ok.*/gm) ?? [];
  if (failed.length > 0) throw new Error(`${failed.length} assertions of pgTAP failed: ${failed[0]}`);
  const sides = await compare(ROUNDS, {
    "offshoot with a spec of all tables": async () => void (await audit(url, spec)),
    pgTAP: async () => void (await run(psql, ["-qAtX", "-o", "/dev/null", "-f", file, url])),
  });
  console.log(`${WITH_PGTAP} tables, ${assertions} assertions of pgTAP\n${table(sides)}\n`);
}

async function growth(): Promise<void> {
  const url = await server.createDatabase("growth");
  let tables = 0;
  let least = Number.NaN;
  for (const size of SIZES) {
    await withSession(url, (session) => growTables(session, tables, size));
    tables = size;
    if (size === MEASURED) await compareWithDump(url);
    // The server adds the time of the session that created the tables when it has noticed its end.
    await pause(1000);
    const started = await processorTime();
    await audit(url);
    await pause(300);
    const each = ((await processorTime()) - started) / size;
    if (Number.isNaN(least)) least = each;
    const whole = (each * size).toFixed(0).padStart(6);
    console.log(
      `${String(size).padStart(6)} tables: ${whole} ms of processor time, ${each.toFixed(2)} ms for each table, ratio ${(each / least).toFixed(2)}`,
    );
  }
}

try {
  const hasPgtap = await withSession(server.url, (session) => session.query("select from pg_available_extensions where name = 'pgtap'"));
  if (hasPgtap.length > 0) await compareWithPgtap();
  else console.log("The comparison with pgTAP is skipped: the extension is not installed (package postgresql-15-pgtap).");
  await growth();
} finally {
  await server.stop();
  await rm(scratch, { recursive: true, force: true });
}
