import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { measure } from "../../../src/rehearsal/measure/measure.ts";
import type { MeasuredTable, Observation } from "../../../src/rehearsal/measured.ts";
import { observe } from "../../../src/rehearsal/observe/observe.ts";
import { migrationFiles } from "../../../src/rehearsal/sql/migration-files.ts";
import { directUrl, withDatabase } from "../../../src/postgres/url.ts";
import { createDatabase } from "../create-database.ts";
import { connect, withSession } from "../session.ts";
import { type RealWaits, startWaitingClient } from "../waiting-client.ts";
import { type Pattern, setup } from "./patterns.ts";

/** How long the other transaction stays open, in milliseconds. */
const READER_MS = 500;
/** The longest time of one pattern. */
const LONGEST_MS = 600_000;

/** A database with the tables of the patterns, from which each pattern gets a copy. */
export interface Stage {
  readonly server: string;
  readonly template: string;
}

export async function prepareStage(server: string, rows: number): Promise<Stage> {
  const template = `patterns_${randomBytes(5).toString("hex")}`;
  await withSession(server, (session) => session.query(`create database ${template}`));
  await withSession(withDatabase(server, template), async (session) => {
    await session.query(setup(rows));
    await session.query("analyze");
  });
  return { server, template };
}

export interface Played {
  /** Undefined: nothing happened to the table. */
  readonly table: MeasuredTable | undefined;
  readonly waits: RealWaits | undefined;
  readonly observation: Observation;
}

/** Plays a pattern in a copy under observation, beside a client that reads and writes its table if `withClient`. */
export async function play({ server, template }: Stage, pattern: Pattern, withClient = false): Promise<Played> {
  const database = `${template}_${randomBytes(4).toString("hex")}`;
  await createDatabase(server, database, template);
  const url = withDatabase(server, database);
  const table = pattern.table ?? "t";
  try {
    if (pattern.before !== undefined) await withSession(url, (session) => session.query(pattern.before ?? ""));
    const client = withClient
      ? await startWaitingClient(url, `select 1 from ${table} limit 1`, `update ${table} set a = a where id = -1`)
      : undefined;
    const options = {
      url: directUrl(url),
      name: "offshoot:test",
      useBroker: true,
      records: undefined,
      signal: AbortSignal.timeout(LONGEST_MS),
    };
    const parts = pattern.sql.split("; ");
    const statements = pattern.alone === true ? parts : ["begin", ...parts, "commit"];
    const observed = await observe(options, (reached) =>
      withSession(reached, async (session) => {
        const ended = pattern.alone === true ? await openReader(url, pattern.reader ?? "t") : undefined;
        for (const sql of statements) await session.query(sql);
        await ended?.();
      }),
    );
    const waits = await client?.stop();
    const files = migrationFiles([]);
    const { measured } = measure(observed, { files, revisions: undefined, throughBroker: true, isOwn: () => false, literals: false });
    return { table: measured.tables.find((each) => each.table === `public.${table}`), waits, observation: measured.observation };
  } finally {
    await withSession(server, (session) => session.query(`drop database ${database} with (force)`));
  }
}

/**
 * A transaction with an old snapshot, as an application has them. Statements that run concurrently wait for it, so that they
 * take long enough to be seen also where the machine is busy.
 */
async function openReader(url: string, table: string): Promise<() => Promise<void>> {
  const session = await connect(url);
  await session.query(`begin isolation level repeatable read; select 1 from ${table} limit 1`);
  const ended = pause(READER_MS).then(() => session.close());
  return () => ended;
}
