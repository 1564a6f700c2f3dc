import { beforeEach, expect, test } from "vitest";
import { auditDatabase } from "../../../src/audit/audit.ts";
import type { AuditCode } from "../../../src/audit/facts.ts";
import { AUDIT } from "../../../src/audit/source.ts";
import { messageFor } from "../../../src/findings/kind.ts";
import { connect, type Session } from "../../support/session.ts";
import { newDatabase } from "../../support/new-database.ts";

let session: Session;

beforeEach(async () => {
  session = await connect(await newDatabase("remedies"));
  return () => session.close();
});

/** The remedies of the findings of one code. */
async function remedies(code: AuditCode): Promise<readonly string[]> {
  const { findings } = await auditDatabase({ session, now: new Date() });
  return findings.filter((finding) => finding.code === code).map((finding) => messageFor(finding, AUDIT).remedy);
}

/** Runs the statement in a remedy. */
async function follow(remedy: string): Promise<void> {
  await session.query(remedy.slice(remedy.search(/alter|create|drop/), remedy.indexOf(";") + 1));
}

test("a remedy uses an index as the primary key only where Postgres accepts it", async () => {
  await session.query(`
    create table good ("Key" text not null, note text); create unique index "Good.One" on good ("Key") include (note);
    create table descending (a int not null); create unique index on descending (a desc);
    create table patterns (a text not null); create unique index on patterns (a text_pattern_ops);
    create table collated (a text not null); create unique index on collated (a collate "C");
    create table alike (a int not null); create unique index on alike (a) nulls not distinct;
    create table held (a int not null unique);
  `);
  const found = await remedies("table-without-primary-key");
  expect(found).toContain(`alter table public.good add primary key using index "Good.One";`);
  for (const remedy of found) await follow(remedy);
  expect(await remedies("table-without-primary-key")).toEqual([]);
});

test("a remedy adds no column where the name is used or where the key must contain the partition columns", async () => {
  await session.query(`
    create table taken (id int not null);
    create table parts (at date not null, a int) partition by range (at); create unique index on parts (at);
  `);
  expect(await remedies("table-without-primary-key")).toEqual([
    "alter table public.parts add primary key (…); with columns that identify a row.",
    "alter table public.taken add primary key (…); with columns that identify a row.",
  ]);
});

test("a remedy does not use concurrently for the indexes of a partitioned table", async () => {
  await session.query(`
    create table targets (id bigint primary key);
    create table parts (at date, target bigint references targets, primary key (at)) partition by range (at);
    create table parts_1 partition of parts for values from ('2020-01-01') to ('2021-01-01');
  `);
  for (const remedy of await remedies("foreign-key-unindexed")) await follow(remedy);
  expect(await remedies("foreign-key-unindexed")).toEqual([]);

  await session.query("create index one on parts (target, at); create index two on parts (target, at)");
  for (const code of ["index-duplicate", "index-overlapping"] as const) {
    const found = await remedies(code);
    expect(found).toHaveLength(1);
    for (const remedy of found) await follow(remedy);
    expect(await remedies(code)).toEqual([]);
  }
});

test("an index of a partitioned table becomes valid when each partition has its part", async () => {
  await session.query(`
    create table parts (at date primary key, a int) partition by range (at);
    create table parts_1 partition of parts for values from ('2020-01-01') to ('2021-01-01');
    create index parts_a on only parts (a);
  `);
  expect(await remedies("index-invalid")).toEqual([
    "Build a valid index on each partition, then attach each: alter index public.parts_a attach partition …;",
  ]);
  await session.query("create index parts_1_a on parts_1 (a); alter index parts_a attach partition parts_1_a");
  expect(await remedies("index-invalid")).toEqual([]);
});
