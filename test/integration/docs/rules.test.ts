// @module-tag proof
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditDatabase } from "../../../src/audit/audit.ts";
import { compareWithBaseline, reportedWith } from "../../../src/audit/baseline/baseline.ts";
import { parseBaseline } from "../../../src/audit/baseline/parse.ts";
import type { AuditFinding } from "../../../src/audit/finding.ts";
import { AUDIT } from "../../../src/audit/source.ts";
import { parseSpec } from "../../../src/audit/spec/parse.ts";
import { messageOf } from "../../../src/errors.ts";
import { withSession } from "../../support/session.ts";
import { repositoryMigrations } from "../../../src/context/repository-migrations.ts";
import type { Project } from "../../../src/migration-tools/tool.ts";
import { INDEX, readPages, renderIndex } from "../../support/pages.ts";
import { startServer, type TestServer } from "../../support/server.ts";

const pages = await readPages();
/** The repository for the page of `heads-different`. */
const PROJECT: Project = {
  tool: "alembic",
  evidence: "alembic.ini",
  command: "alembic upgrade head",
  files: [],
  versionTable: {
    tables: ["public.alembic_version"],
    name: "alembic_version",
    query: (table) => `select version_num as id from ${table}`,
    holds: "heads",
  },
  revisions: [
    { id: "0034", name: "0034_marks", dependsOn: [] },
    { id: "0035", name: "0035_repair", dependsOn: ["0034"] },
  ],
};
const REPOSITORY = { heads: ["0035"], known: ["0034", "0035"] };

// Its own server, because an example creates a role.
let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** Runs each statement separately, like psql, because some cannot run in a transaction. A statement after `-- fails` must fail. */
async function execute(url: string, script = ""): Promise<void> {
  const statements = script.split(/;$/m).filter((statement) => statement.replaceAll(/^--.*$/gm, "").trim() !== "");
  await withSession(url, async (session) => {
    for (const statement of statements) {
      const error = await session.query(statement).then(() => undefined, messageOf);
      expect({ statement, error, failed: error !== undefined }).toMatchObject({ failed: /^-- fails$/m.test(statement) });
    }
  });
}

async function findings(url: string, code: string, text: string | undefined): Promise<readonly AuditFinding[]> {
  if (code === "baseline-outdated") {
    const baseline = parseBaseline(`version: 1\n${text}`, "audit.baseline.yaml");
    return reportedWith(compareWithBaseline(await withoutBaseline(url, code, undefined), baseline, false), baseline.file);
  }
  return withoutBaseline(url, code, text);
}

async function withoutBaseline(url: string, code: string, specText: string | undefined): Promise<readonly AuditFinding[]> {
  const spec = specText === undefined ? undefined : parseSpec(`version: 1\n${specText}`, "schema.audit.yaml");
  return withSession(url, async (session) => {
    const repository =
      code === "heads-different" ? await repositoryMigrations(PROJECT, session) : code === "version-unknown" ? REPOSITORY : undefined;
    const audited = await auditDatabase({ session, spec, repository, now: new Date() });
    return audited.findings;
  });
}

describe.each(pages.map((page) => [page.code, page] as const))("the page of %s", (code, { blocks, severity }) => {
  test("has an example with exactly that finding, and a fix that removes it", async () => {
    const url = await server.createDatabase(`page_${code.replaceAll("-", "_")}`);
    expect(blocks["sql bad"]).toBeDefined();
    await execute(url, blocks["sql bad"]);
    const found = await findings(url, code, blocks["yaml spec"] ?? blocks["yaml baseline"]);
    expect(found).toMatchObject([{ code, severity }]);
    const ignored = blocks["yaml ignore"] === undefined ? [] : await findings(url, code, blocks["yaml ignore"]);
    expect(ignored).toEqual([]);
    expect(blocks["sql fix"] ?? blocks["yaml fix"]).toBeDefined();
    await execute(url, blocks["sql fix"]);
    expect(await findings(url, code, blocks["yaml fix"] ?? blocks["yaml spec"])).toEqual([]);
  });
});

test("each code of the audit has a page at the address in the reports, with the right severity", () => {
  const documented = pages.map(({ code, address, severity }) => [code, { address, severity }] as const);
  const expected = Object.entries(AUDIT.kinds).map(([code, { page, severity }]) => [code, { address: page, severity }] as const);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(expected));
});

test("each page of a built-in rule shows how to ignore the finding", () => {
  const without = pages.filter(({ address, blocks }) => !address.includes("#") && blocks["yaml ignore"] === undefined);
  expect(without.map(({ code }) => code)).toEqual([]);
});

test("docs/rules/README.md is the index of the pages; if not, run `npm run docs`", async () => {
  expect(await readFile(INDEX, "utf8")).toBe(renderIndex(pages));
});
