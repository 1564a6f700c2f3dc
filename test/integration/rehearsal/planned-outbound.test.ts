// @module-tag proof
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";

let project: Project;
let production: string;

beforeAll(async () => {
  production = await newDatabase("production");
  await withSession(production, (session) => session.query("create table reached (by text)"));
  project = await makeProject();
  await mkdir(join(project.directory, "migrations"));
  await project.write("migrations/001_start.sql", "create table person (id int);\n");
  await project.write("offshoot.yaml", "migrations:\n  tool: sql\n");
});

afterAll(() => project.remove());

const reached = (): Promise<unknown> => withSession(production, (session) => session.query("select * from reached"));
const writes = (): string => `select dblink_exec('${production}', 'insert into reached values (''rehearsal'')');\n`;

test("a migration that can reach production is found before anything runs, and disable refuses it too", { timeout: 120_000 }, async () => {
  await project.write("migrations/002_reach.sql", `-- A comment.\ncreate extension dblink;\n${writes()}`);
  for (const mode of ["refuse", "disable"]) {
    const { code, stderr } = await project.offshoot(["rehearse", "--outbound", mode]);
    expect([code, stderr]).toEqual([14, expect.stringContaining("extension dblink (migrations/002_reach.sql:2)")]);
    expect(stderr.includes("cannot be disabled before it runs")).toBe(mode === "disable");
  }
  expect(await reached()).toEqual([]);
  const { code, stdout } = await project.offshoot(["rehearse", "--json", "--outbound", "allow"]);
  expect([code, (JSON.parse(stdout) as Rehearsal).copy.outbound]).toEqual([
    0,
    [{ name: "extension dblink (migrations/002_reach.sql:2)", state: "active" }],
  ]);
});

test("what the files do not show is named after the migrations", { timeout: 120_000 }, async () => {
  await project.write("migrations/002_reach.sql", "do $$ begin execute 'create ext' || 'ension dblink'; end $$;\n");
  const { code, stdout, stderr } = await project.offshoot(["rehearse", "--json"]);
  expect([code, (JSON.parse(stdout) as Rehearsal).copy.outbound]).toEqual([0, [{ name: "extension dblink", state: "created" }]]);
  expect(stderr).toContain("The migrations created what can reach other systems: extension dblink.");
});
