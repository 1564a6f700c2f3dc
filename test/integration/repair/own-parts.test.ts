// @module-tag proof
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CONVERGED } from "../../mutation/repair.ts";
import { findMajor, matrixMajors } from "../../support/majors.ts";
import { findPeer } from "../../support/peers.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { GENERATED_CASES, NOT_REPAIRABLE, OWN_PART_CASES } from "./cases/inheritance.ts";
import { repairedOn } from "./repaired.ts";

const run = promisify(execFile);

/** What Postgres itself records about inherited parts. offshoot's catalog is not used. */
const RECORDED = `
  select format('%s.%s', attrelid::regclass, attname) as part, attislocal as own, attinhcount as parents, attnotnull as known, '' as definition
  from pg_attribute where attrelid::regclass::text in ('parent', 'middle', 'other', 'child') and attnum > 0 and not attisdropped
  union all
  select format('%s.%s', conrelid::regclass, conname), conislocal, coninhcount, connoinherit, pg_get_constraintdef(oid) || coalesce(obj_description(oid), '')
  from pg_constraint where conrelid::regclass::text in ('parent', 'middle', 'other', 'child')
  order by part`;

/** The dump without comments; the columns of a table in any order. */
async function dumped(url: string): Promise<readonly string[]> {
  const { stdout } = await run("pg_dump", ["-s", url]);
  const lines = stdout.split("\n").filter((line) => !/^(?:--|\\(?:un)?restrict )/.test(line));
  return lines.map((line) => line.replace(/,$/, "")).toSorted();
}

describe.each(matrixMajors())("PostgreSQL %i", { timeout: 60_000 }, (major) => {
  let server: TestServer;

  beforeAll(async () => {
    const binaries = await findMajor(major);
    server = await startServer({}, binaries === undefined ? {} : { binaries });
  });
  afterAll(() => server.stop());

  test.each(Object.entries({ ...OWN_PART_CASES, ...(major >= 16 ? GENERATED_CASES : {}) }))("%s", async (_, [expected, actual]) => {
    const { verdict, query, url, wantedUrl, wanted } = await repairedOn(server.url, expected, actual);
    expect(verdict).toEqual(CONVERGED);
    expect(await query(RECORDED)).toEqual(await wanted(RECORDED));
    const kept = actual.includes("insert into") ? [{ a: 1 }, { a: 2 }] : [];
    expect(await query("select a from child order by a")).toEqual(kept);
    // The installed pg_dump reads no newer server.
    const isRead = major <= 15 && findPeer("pg_dump") !== undefined;
    expect(isRead ? await dumped(url) : []).toEqual(isRead ? await dumped(wantedUrl) : []);
  });

  test.each(Object.entries(NOT_REPAIRABLE))("%s: reported with the reason", async (_, [expected, actual, reason]) => {
    const { verdict, query } = await repairedOn(server.url, expected, actual);
    expect(verdict).toEqual({ kind: "reported", why: expect.arrayContaining([expect.stringMatching(reason)]) });
    expect(
      await query("select inhparent::regclass::text as parent, a from child, pg_inherits where inhrelid = 'child'::regclass order by a"),
    ).toEqual([
      { parent: "parent", a: 1 },
      { parent: "parent", a: 2 },
    ]);
  });
});
