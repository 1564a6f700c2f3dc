// @module-tag proof
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
  await mkdir(join(project.directory, "migrations"));
  await project.write("migrations/001_start.sql", "create table item as select g as id from generate_series(1, 1000) g;\n");
  await project.offshoot(["up", "--migrate"]);
}, 120_000);
afterAll(() => project.remove());

async function rehearse(sql: string): Promise<{ readonly code: number | null; readonly result: Rehearsal }> {
  await project.write("migrations/002_change.sql", sql);
  const { code, stdout } = await project.offshoot(["rehearse", "--json", "--no-alternatives"]);
  return { code, result: JSON.parse(stdout) as Rehearsal };
}

// The looks read pg_index and pg_database themselves, and must see a lock that they wait for.
test.each(["pg_class", "pg_index", "pg_attribute", "pg_database", "pg_authid"])(
  "a lock that blocks readers of %s is a finding",
  { timeout: 120_000 },
  async (catalog) => {
    const { code, result } = await rehearse(
      `begin;\nalter table item add column if not exists note text;\nlock table pg_catalog.${catalog} in access exclusive mode;\nselect pg_sleep(3);\ncommit;\n`,
    );
    const found = result.findings.find(({ code: kind, object }) => kind === "reads-blocked" && object.name === `pg_catalog.${catalog}`);
    expect({ code, found }).toMatchObject({
      code: 10,
      found: { facts: { statement: expect.stringMatching(/^lock table/) }, at: { line: 3 } },
    });
    const table = result.tables.find(({ table: name }) => name === `pg_catalog.${catalog}`);
    expect(table?.blockedReadsMs).toBeGreaterThan(2800);
    expect(result.observation.intervalMs.longest).toBeLessThan(1500);
  },
);

test("what every change does to the catalogs is not listed", { timeout: 120_000 }, async () => {
  const { code, result } = await rehearse(
    "set lock_timeout = '3s';\ncreate table other (id int primary key);\ncreate type mood as enum ('glad');\nreindex table pg_catalog.pg_class;\nalter table item add column n int;\n",
  );
  // A look can meet the REINDEX, which does lock pg_class for a moment.
  const tables = result.tables.map(({ table }) => table).filter((table) => table !== "pg_catalog.pg_class");
  expect({ code, findings: result.findings, tables }).toEqual({ code: 0, findings: [], tables: ["public.item"] });
});
