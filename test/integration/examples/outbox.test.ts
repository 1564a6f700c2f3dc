import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, inject, test } from "vitest";
import { auditDatabase } from "../../../src/audit/audit.ts";
import { parseSpec } from "../../../src/audit/spec/parse.ts";
import type { Catalog } from "../../../src/catalog/catalog.ts";
import { readCatalog } from "../../../src/catalog/read.ts";
import { withSession } from "../../../src/postgres/connect.ts";
import { withDatabase } from "../../../src/postgres/url.ts";

const execute = promisify(execFile);
const root = new URL("../../..", import.meta.url).pathname;
const outbox = join(root, "examples/outbox");
const migrator = join(root, "node_modules/node-pg-migrate/bin/node-pg-migrate.js");
const FAILS_ON_DRIFT = [
  "the tests' order of arguments claims as the worker's does",
  "an event is completed by either signature, by named arguments, and keeps its place in the stream",
  "a failed delivery moves both the next retry and the earliest processing",
];

let server: string;
let count: number;

beforeAll(async () => {
  server = inject("serverUrl");
  count = (await readdir(join(outbox, "migrations"))).length;
});

async function scratch(): Promise<string> {
  const name = `outbox_${Math.random().toString(36).slice(2, 10)}`;
  await withSession(server, (session) => session.query(`create database ${name}`));
  return withDatabase(server, name);
}

async function migrateTo(url: string, direction: "up" | "down", steps: number): Promise<void> {
  await execute(process.execPath, [migrator, direction, String(steps), "--no-verbose"], {
    cwd: outbox,
    env: { ...process.env, DATABASE_URL: url },
  });
}

async function drift(url: string): Promise<void> {
  const sql = await readFile(join(outbox, "drifted-parent.sql"), "utf8");
  await withSession(url, (session) => session.query(sql));
}

function catalogOf(url: string): Promise<Catalog> {
  return withSession(url, (session) => readCatalog(session));
}

/** Titles of the tests that passed and failed. */
async function eightTests(url: string): Promise<{ passed: string[]; failed: string[] }> {
  const { DATABASE_URL_UNPOOLED: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  const argv = ["--test", "--test-reporter=tap", "test/outbox.test.js", "test/routing.test.js"];
  const { stdout } = await execute(process.execPath, argv, { cwd: outbox, env: { ...env, DATABASE_URL: url } }).catch(
    (failed: { stdout: string }) => failed,
  );
  const titles = (verdict: string): string[] =>
    [...stdout.matchAll(new RegExp(String.raw`^${verdict} \d+ - (.*)$`, "gm"))].map((match) => match[1] ?? "");
  return { passed: titles("ok"), failed: titles("not ok") };
}

function ids(list: readonly { readonly id: string }[]): string[] {
  return list.map((entry) => entry.id);
}

function columns(catalog: Catalog): string[] {
  return catalog.tables.flatMap((table) => table.columns.map((column) => `${table.id}.${column.name}`));
}

function without(left: readonly string[], right: readonly string[]): string[] {
  return left.filter((entry) => !right.includes(entry));
}

/** What the example's audit says, each finding in two words. */
async function auditOf(url: string): Promise<string[]> {
  const specText = await readFile(join(outbox, "schema.audit.yaml"), "utf8");
  const { findings } = await withSession(url, (session) =>
    auditDatabase({ session, spec: parseSpec(specText, "schema.audit.yaml"), now: new Date() }),
  );
  return findings.map((finding) => `${finding.code} ${finding.object.name}`);
}

test("every migration has a way back, and the way up again ends at the same schema", async () => {
  const url = await scratch();
  await migrateTo(url, "up", count);
  const { server: _, ...first } = await catalogOf(url);
  await migrateTo(url, "down", count);
  const empty = await catalogOf(url);
  expect(empty.schemas.map((schema) => schema.id)).toEqual(["public"]);
  expect(empty.tables.map((table) => table.id)).toEqual(["public.pgmigrations"]);
  expect(empty.routines).toEqual([]);
  await migrateTo(url, "up", count);
  const { server: __, ...second } = await catalogOf(url);
  expect(second).toEqual(first);
});

test("each migration from the repair on, taken back and applied again alone, ends at the same schema", async () => {
  const url = await scratch();
  await migrateTo(url, "up", count);
  for (let left = count - 34; left > 0; left--) {
    const { server: _, ...before } = await catalogOf(url);
    await migrateTo(url, "down", 1);
    await migrateTo(url, "up", 1);
    const { server: __, ...after } = await catalogOf(url);
    expect(after).toEqual(before);
    await migrateTo(url, "down", 1);
  }
});

test("all eight tests pass on the migrated database", async () => {
  const url = await scratch();
  await migrateTo(url, "up", count);
  expect(await eightTests(url)).toEqual({ passed: expect.objectContaining({ length: 8 }), failed: [] });
});

test("five of the eight tests pass on the drifted parent, whose migration table hides the drift", async () => {
  const url = await scratch();
  await migrateTo(url, "up", count);
  await drift(url);
  await migrateTo(url, "up", count);
  const { passed, failed } = await eightTests(url);
  expect(passed).toHaveLength(5);
  expect(failed).toEqual(FAILS_ON_DRIFT);
});

test("the drifted parent lacks what the report lists and nothing else, also when the file is applied twice", async () => {
  const url = await scratch();
  await migrateTo(url, "up", count);
  const expected = await catalogOf(url);
  await drift(url);
  await drift(url);
  const actual = await catalogOf(url);
  expect(without(ids(expected.routines), ids(actual.routines))).toEqual([
    "m10_recovery.claim_outbox_events(integer, text)",
    "m10_recovery.claim_outbox_events(text, integer)",
    "m10_recovery.complete_outbox_event(bigint, boolean, text, text)",
    "m10_recovery.complete_outbox_event(bigint, text, boolean, text, integer)",
  ]);
  expect(without(ids(actual.routines), ids(expected.routines))).toEqual([
    "m10_recovery.claim_outbox_events(text, integer, integer)",
    "m10_recovery.complete_outbox_event(bigint, text, text)",
  ]);
  expect(without(columns(expected), columns(actual))).toEqual([
    "m10_recovery.outbox.stream_msg_id",
    "m10_recovery.outbox.stream_name",
    "m10_recovery.outbox.process_after",
  ]);
  for (const kind of ["indexes", "sequences", "triggers", "views", "enums"] as const) expect(actual[kind]).toEqual(expected[kind]);
});

test("the audit is content with the migrated database and names each trouble of the drifted parent", async () => {
  const url = await scratch();
  await migrateTo(url, "up", count);
  expect(await auditOf(url)).toEqual([]);
  await drift(url);
  expect(await auditOf(url)).toEqual([
    "missing m10_recovery.claim_outbox_events(integer, text)",
    "missing m10_recovery.claim_outbox_events(text, integer)",
    "unexpected m10_recovery.claim_outbox_events(text, integer, integer)",
    "missing m10_recovery.complete_outbox_event(bigint, boolean, text, text)",
    "missing m10_recovery.complete_outbox_event(bigint, text, boolean, text, integer)",
    "unexpected m10_recovery.complete_outbox_event(bigint, text, text)",
    "missing m10_recovery.outbox.process_after",
    "missing m10_recovery.outbox.stream_msg_id",
    "missing m10_recovery.outbox.stream_name",
  ]);
});
