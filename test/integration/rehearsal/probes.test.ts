import { beforeAll, expect, test } from "vitest";
import { formatUrl, parseUrl } from "../../../src/postgres/url.ts";
import type { DatabaseState } from "../../../src/rehearsal/observe/relations.ts";
import { readState } from "../../../src/rehearsal/observe/relations.ts";
import { type Probe, startProber } from "../../../src/rehearsal/observe/prober.ts";
import type { LockMode } from "../../../src/rehearsal/observe/lock-modes.ts";
import { newDatabase } from "../../support/new-database.ts";
import { connect, withSession } from "../../support/session.ts";

let owner: string;
let state: DatabaseState;
beforeAll(async () => {
  owner = await newDatabase("probed");
  await withSession(owner, async (session) => {
    await session.query('create table "Odd ""name" (id int); create table part (id int) partition by range (id)');
    state = await readState(session);
  });
});

const idOf = (name: string): number => [...state.relations.values()].find((each) => each.name === name)?.id ?? 0;

/** What a prober answers while another session holds `mode` on a table, if a look showed it `times` times. */
async function probe(
  mode: LockMode,
  statement: string,
  { url = owner, table = 'Odd "name', times = 2, mayLock = true } = {},
): Promise<readonly Probe[]> {
  const holder = await connect(owner);
  const session = await connect(url);
  try {
    await holder.query(`begin; ${statement}`);
    let nowMs = 0;
    const prober = await startProber({ session, relations: state.relations, now: () => (nowMs += 60), mayLock: () => mayLock });
    for (let time = 0; time < times; time += 1) {
      prober.seen({ atMs: nowMs, locks: [{ pid: 1, relation: idOf(table), mode, granted: true }] });
      await session.query("select 1");
    }
    return await prober.stop();
  } finally {
    await holder.close();
    await session.close();
  }
}

const answers = (probes: readonly Probe[]): readonly (readonly string[])[] => probes.map(({ access, answer }) => [access, answer]);

test("a strong lock blocks a reader and a writer at once, without a wait", async () => {
  const probes = await probe("AccessExclusiveLock", 'lock table "Odd ""name"');
  expect(answers(probes)).toEqual([
    ["read", "blocked"],
    ["write", "blocked"],
  ]);
});

test("SHARE blocks a writer only, and what a probe locks is released at once", async () => {
  const probes = await probe("ShareLock", 'lock table "Odd ""name" in share mode', { times: 4 });
  expect(answers(probes).slice(0, 2)).toEqual([
    ["read", "free"],
    ["write", "blocked"],
  ]);
  const held = await withSession(owner, (session) => session.query("select 1 from pg_locks where relation = $1", [idOf('Odd "name')]));
  expect(held).toEqual([]);
});

test("nothing is locked where the command could fail because of it", async () => {
  const probes = await probe("ShareLock", 'lock table "Odd ""name" in share mode', { mayLock: false, times: 3 });
  expect(new Set(probes.map(({ access }) => access))).toEqual(new Set(["write"]));
});

test("a role that must not lock a table is reported, and does not try again", async () => {
  const role = `weak_${parseUrl(owner).database}`;
  await withSession(owner, (session) => session.query(`create role ${role} login password 'x'`));
  const url = formatUrl({ ...parseUrl(owner), user: role, password: "x" });
  const probes = await probe("AccessExclusiveLock", "lock table part", { url, table: "part", times: 6 });
  expect(answers(probes)).toEqual([
    ["read", "refused"],
    ["write", "refused"],
  ]);
});

test("a probe of a partitioned table does not touch its partitions", async () => {
  await withSession(owner, async (session) => {
    await session.query("create table part_1 partition of part for values from (0) to (10)");
    state = await readState(session);
  });
  const probes = await probe("ShareLock", "lock table part_1", { table: "part", times: 1 });
  expect(answers(probes)).toEqual([["read", "free"]]);
});

test("an index is not probed: no statement locks it", async () => {
  const probes = await probe("AccessExclusiveLock", "select 1", { table: "nothing" });
  expect(probes).toEqual([]);
});
