// @module-tag proof
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCatalog } from "../../../src/catalog/read.ts";
import { compareCatalogs } from "../../../src/drift/compare.ts";
import { historyOf, merged, type Migration, SEARCH_PATH } from "../../mutation/history.ts";
import { CONVERGED, repair, type Verdict } from "../../mutation/repair.ts";
import { databaseUrl, readSide } from "../../mutation/template.ts";
import { findMajor } from "../../support/majors.ts";
import { findPeer } from "../../support/peers.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { withSession } from "../../support/session.ts";

const run = promisify(execFile);

/** `OFFSHOOT_TEST_SEED=12345` plays another history; `OFFSHOOT_TEST_SEED=random` a new one, whose seed the test's name shows. */
const FRESH = process.env["OFFSHOOT_TEST_SEED"];
const SEEDS = FRESH === undefined ? [1, 2, 3] : [FRESH === "random" ? Date.now() % 1_000_000 : Number(FRESH)];

const LENGTH = 60;
const SHORTER = [15, 35, 52] as const;

interface Outcome {
  readonly copy: string;
  readonly verdict: Verdict;
  readonly changes: number;
  readonly isSameDump: boolean;
}

async function dumped(url: string): Promise<readonly string[]> {
  const { stdout } = await run("pg_dump", ["-s", url], { maxBuffer: 1e8 });
  const lines = stdout.split("\n").filter((line) => !/^(?:--|\\(?:un)?restrict )/.test(line));
  return lines.map((line) => line.replace(/,$/, "")).toSorted();
}

describe.each([15, 18])("PostgreSQL %i", { timeout: 240_000 }, (major) => {
  let server: TestServer;
  const canDump = major <= 15 && findPeer("pg_dump") !== undefined;

  beforeAll(async () => {
    const binaries = await findMajor(major);
    server = await startServer({}, binaries === undefined ? {} : { binaries });
  });
  afterAll(() => server.stop());

  /** Runs the migrations that Postgres does not refuse. */
  async function migrated(name: string, history: readonly Migration[]): Promise<string> {
    const url = await server.createDatabase(name);
    await withSession(url, async (session) => {
      await session.query(`set search_path = ${SEARCH_PATH}`);
      for (const sql of history) await session.query(sql).catch(() => undefined);
    });
    return url;
  }

  /** Repairs a copy of one database to match another one: the verdict, and what offshoot and `pg_dump` see as different then. */
  async function repaired(expected: string, actual: string): Promise<Outcome> {
    const copy = `${actual}_to_${expected}`;
    await withSession(server.url, (session) => session.query(`create database ${copy} template ${actual}`));
    const [wanted, url] = [databaseUrl(server.url, expected), databaseUrl(server.url, copy)];
    const side = await withSession(wanted, readSide);
    const verdict = await repair(side, { serverUrl: server.url, name: copy });
    const changes = compareCatalogs(side.catalog, await withSession(url, (session) => readCatalog(session)));
    const isSameDump = !canDump || (await dumped(url)).join("\n") === (await dumped(wanted)).join("\n");
    return { copy, verdict, changes: changes.length, isSameDump };
  }

  test.each(SEEDS)("a generated history converges from each of its states to each other (seed %i)", async (seed) => {
    const history = historyOf(seed, LENGTH);
    const newest = `s${seed}_newest`;
    const names = SHORTER.map((length) => `s${seed}_at_${length}`);
    await migrated(newest, history);
    for (const length of SHORTER) await migrated(`s${seed}_at_${length}`, history.slice(0, length));
    await migrated(`s${seed}_merged`, merged(history, 30));
    const pairs = [...names.flatMap((name) => [[newest, name] as const, [name, newest] as const]), [newest, `s${seed}_merged`] as const];
    for (const [expected, actual] of pairs) {
      const copy = `${actual}_to_${expected}`;
      expect(await repaired(expected, actual)).toEqual({ copy, verdict: CONVERGED, changes: 0, isSameDump: true });
    }
  });
});
