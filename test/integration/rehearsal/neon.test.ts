import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import { withSession } from "../../support/session.ts";

let mock: MockServer;
let project: Project;

beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "50");
  project = await makeProject({ ...mock.env, OFFSHOOT_PROVIDER: "neon" });
  await mkdir(join(project.directory, "migrations"));
  await project.write("migrations/001_column.sql", "alter table orders add column note text;\nselect pg_sleep(2);\n");
  await project.write("offshoot.yaml", "migrations:\n  tool: sql\nrehearse:\n  duration: 1s\n");
});

afterAll(async () => {
  await project.remove();
  await mock.stop();
});

test("rehearses on a branch of the parent, which keeps its state, and deletes the branch", async () => {
  const parent = await mock.parentUrl();
  await withSession(parent, (session) => session.query("create table orders as select g as id from generate_series(1, 1000) g"));
  const before = await mock.branches();
  const { code, stdout, stderr } = await project.offshoot(["rehearse", "--json"]);
  expect([code, stderr]).toEqual([10, expect.anything()]);
  const { copy, findings, tables, statements } = JSON.parse(stdout) as Rehearsal;
  expect(copy).toMatchObject({ origin: "parent", hasProductionRows: true });
  expect(tables).toMatchObject([{ table: "public.orders", strongestLock: "ACCESS EXCLUSIVE", rewritten: false }]);
  expect(tables[0]?.blockedReadsMs).toBeGreaterThan(300);
  // On a very busy machine, a wait of two seconds is not a finding. The duration is one.
  expect(findings.map(({ code: each }) => each)).toContain("migration-slow");
  expect(statements.find(({ at }) => at !== undefined)?.at).toEqual({ file: "migrations/001_column.sql", line: 1 });
  expect(await mock.branches()).toEqual(before);
  const columns = await withSession(parent, (session) =>
    session.query("select attname from pg_attribute where attrelid = 'orders'::regclass and attnum > 1"),
  );
  expect(columns).toEqual([]);
});
