// @module-tag proof
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";
import { readCatalog } from "../../../src/catalog/read.ts";
import { path } from "../../../src/catalog/quote.ts";
import { compareCatalogs } from "../../../src/drift/compare.ts";
import { type Session, withSession } from "../../support/session.ts";
import { databaseUrl, readSide } from "../../mutation/template.ts";
import { CONVERGED, repair, type Verdict } from "../../mutation/repair.ts";
import { logtoSteps, seedLogto, rollBack } from "../../support/logto.ts";
import { findPeer } from "../../support/peers.ts";

const run = promisify(execFile);

const server = (): string => inject("serverUrl");

async function createDatabase(name: string, template?: string): Promise<string> {
  await withSession(server(), (session) =>
    session.query(`create database ${name}${template === undefined ? "" : ` template ${template}`}`),
  );
  return databaseUrl(server(), name);
}

/** Tables and columns from `information_schema`, which offshoot's catalog does not use. */
async function columnsOf(session: Session): Promise<ReadonlyMap<string, string>> {
  const rows = await session.query<{ schema: string; table: string; column: string }>(
    `select c.table_schema as schema, c.table_name as table, c.column_name as column
     from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where t.table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  return new Map(rows.map(({ schema, table, column }) => [path(schema, table, column), path(schema, table)]));
}

/** The columns that only the first side has. If only that side has the table, just the table. */
function onlyIn(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): readonly string[] {
  const tables = new Set(other.values());
  const absent = [...one].filter(([column]) => !other.has(column)).map(([column, table]) => (tables.has(table) ? column : table));
  return [...new Set(absent)].toSorted();
}

/** The comparison must list exactly the tables and columns that differ in `information_schema`, and must not be empty. */
async function expectReported(newest: string, behind: string): Promise<void> {
  const [expected, actual] = await Promise.all([newest, behind].map((url) => withSession(url, (session) => readCatalog(session))));
  const [wanted, found] = await Promise.all([newest, behind].map((url) => withSession(url, columnsOf)));
  if (expected === undefined || actual === undefined || wanted === undefined || found === undefined) throw new Error("not read");
  const changes = compareCatalogs(expected, actual, { toolTables: false });
  const named = (change: string): readonly string[] =>
    changes
      .filter((each) => each.change === change && (each.kind === "table" || each.kind === "column"))
      .map(({ object }) => object)
      .toSorted();
  expect(named("missing")).toEqual(onlyIn(wanted, found));
  expect(named("extra")).toEqual(onlyIn(found, wanted));
  expect(changes).not.toEqual([]);
}

const BEHIND = { one: 1, ten: 10, half: 0.5 } as const;

/** The number of missing steps for each case of `BEHIND`. */
function stopsOf(steps: number): readonly number[] {
  return [BEHIND.one, BEHIND.ten, Math.floor(steps * BEHIND.half)];
}

/** Copies of a database at several points of its history: their URLs, by the number of missing steps. */
interface Copies {
  readonly newest: string;
  readonly behind: ReadonlyMap<number, string>;
}

/** Applies the migrations with db-migrate, and copies the database on the way. */
async function copiesOfUnleash(migrations: string): Promise<Copies> {
  const modules = dirname(dirname(dirname(migrations)));
  const steps = (await readdir(migrations)).filter((name) => name.endsWith(".js")).length;
  const newest = await createDatabase("unleash_newest");
  const up = (count: number): Promise<unknown> =>
    run(process.execPath, [join(modules, ".bin/db-migrate"), "up", "-c", String(count), "--migrations-dir", migrations], {
      cwd: dirname(modules),
      env: { ...process.env, DATABASE_URL: newest },
    });
  const behind = new Map<number, string>();
  let at = steps;
  for (const stop of stopsOf(steps).toReversed()) {
    await up(at - stop);
    behind.set(stop, await createDatabase(`unleash_behind_${stop}`, "unleash_newest"));
    at = stop;
  }
  await up(at);
  return { newest, behind };
}

/** Rolls back from the newest schema: the package contains that schema, and a rollback for each step. */
async function copiesOfLogto(folder: string): Promise<Copies> {
  const steps = await logtoSteps(folder);
  const main = await createDatabase("logto");
  await withSession(main, (session) => seedLogto(session, folder));
  const newest = await createDatabase("logto_newest", "logto");
  const behind = new Map<number, string>();
  let at = 0;
  for (const stop of stopsOf(steps.length)) {
    await withSession(main, async (session) => {
      for (const step of steps.slice(at, stop)) await rollBack(session, step);
    });
    behind.set(stop, await createDatabase(`logto_behind_${stop}`, "logto"));
    at = stop;
  }
  return { newest, behind };
}

/** The only case that a repair cannot solve: a migration changes rows so that a constraint becomes valid. */
const NOT_REPAIRABLE: Readonly<Record<string, Verdict>> = {
  "unleash 187": {
    kind: "reported",
    why: [
      'missing constraint public.role_permission.fk_role_permission_environment: its repair failed on a copy: insert or update on table "role_permission" violates foreign key constraint "fk_role_permission_environment"',
    ],
  },
};

const HISTORIES = { unleash: copiesOfUnleash, logto: copiesOfLogto } as const;

describe.each(Object.entries(HISTORIES))("the migrations of %s", (name, copiesOf) => {
  const peer = findPeer(name as keyof typeof HISTORIES);

  test.runIf(peer !== undefined)(
    "are reported and repaired when the newest 1, 10 or half of them are missing",
    { timeout: 240_000 },
    async () => {
      const { newest, behind } = await copiesOf(peer ?? "");
      expect(behind.size).toBe(3);
      const expected = await withSession(newest, readSide);
      for (const [steps, url] of behind) {
        await expectReported(newest, url);
        const verdict = await repair(expected, {
          serverUrl: server(),
          name: new URL(url).pathname.slice(1),
        });
        expect([steps, verdict]).toEqual([steps, NOT_REPAIRABLE[`${name} ${steps}`] ?? CONVERGED]);
      }
    },
  );
});
