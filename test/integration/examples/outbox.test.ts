import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { auditDatabase } from "../../../src/audit/audit.ts";
import { parseSpec } from "../../../src/audit/spec/parse.ts";
import type { Catalog } from "../../../src/catalog/catalog.ts";
import { readCatalog } from "../../../src/catalog/read.ts";
import { withSession } from "../../support/session.ts";
import { newDatabase } from "../../support/new-database.ts";
import { driftOutbox, migrateOutbox, OUTBOX, testOutbox } from "../../support/outbox.ts";

const FAILS_ON_DRIFT = [
  "both orders of the arguments of claim_outbox_events claim an event",
  "both signatures of complete_outbox_event complete an event by named arguments, and keep its stream id",
  "a failed delivery moves the next retry and the earliest processing time",
];

let count: number;

beforeAll(async () => {
  count = (await readdir(join(OUTBOX, "migrations"))).length;
});

function catalogOf(url: string): Promise<Catalog> {
  return withSession(url, (session) => readCatalog(session));
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

/** The code and the object of each finding of the example's audit. */
async function auditOf(url: string): Promise<string[]> {
  const specText = await readFile(join(OUTBOX, "schema.audit.yaml"), "utf8");
  const { findings } = await withSession(url, (session) =>
    auditDatabase({ session, spec: parseSpec(specText, "schema.audit.yaml"), now: new Date() }),
  );
  return findings.map((finding) => `${finding.code} ${finding.object.name}`);
}

test("all migrations down and up again give the same schema", async () => {
  const url = await newDatabase("outbox");
  await migrateOutbox(url);
  const { server: _, ...first } = await catalogOf(url);
  await migrateOutbox(url, "down", count);
  const empty = await catalogOf(url);
  expect(empty.schemas.map((schema) => schema.id)).toEqual(["public"]);
  expect(empty.tables.map((table) => table.id)).toEqual(["public.pgmigrations"]);
  expect(empty.routines).toEqual([]);
  await migrateOutbox(url);
  const { server: __, ...second } = await catalogOf(url);
  expect(second).toEqual(first);
});

test("each migration since the repair gives the same schema after one step down and one step up", { tags: "proof" }, async () => {
  const url = await newDatabase("outbox");
  await migrateOutbox(url);
  for (let left = count - 34; left > 0; left--) {
    const { server: _, ...before } = await catalogOf(url);
    await migrateOutbox(url, "down", 1);
    await migrateOutbox(url, "up", 1);
    const { server: __, ...after } = await catalogOf(url);
    expect(after).toEqual(before);
    await migrateOutbox(url, "down", 1);
  }
});

test("the eight tests of the example pass on the migrated database", async () => {
  const url = await newDatabase("outbox");
  await migrateOutbox(url);
  expect(await testOutbox(url)).toEqual({ passed: expect.objectContaining({ length: 8 }), failed: [] });
});

test("five of the eight tests of the example pass on the drifted parent, and its version table does not show the drift", async () => {
  const url = await newDatabase("outbox");
  await migrateOutbox(url);
  await driftOutbox(url);
  await migrateOutbox(url);
  const { passed, failed } = await testOutbox(url);
  expect(passed).toHaveLength(5);
  expect(failed).toEqual(FAILS_ON_DRIFT);
});

test("drifted-parent.sql removes exactly the reported objects, also when it is applied twice", async () => {
  const url = await newDatabase("outbox");
  await migrateOutbox(url);
  const expected = await catalogOf(url);
  await driftOutbox(url);
  await driftOutbox(url);
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

test("the audit of the example finds nothing on the migrated database, and each difference on the drifted parent", async () => {
  const url = await newDatabase("outbox");
  await migrateOutbox(url);
  expect(await auditOf(url)).toEqual([]);
  await driftOutbox(url);
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
