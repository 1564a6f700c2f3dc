// @module-tag proof
import { cp, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browser } from "../../support/browser.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { type GitHubServer, startGitHub } from "../../support/github.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import { migrateOutbox, OUTBOX } from "../../support/outbox.ts";
import { withSession } from "../../support/session.ts";

/** The change of the pull request, on a table with rows. */
const MIGRATION = `-- Up Migration
alter table m10_recovery.outbox add column trace_id uuid not null default gen_random_uuid();
create index outbox_trace_idx on m10_recovery.outbox (trace_id);
comment on column m10_recovery.outbox.trace_id is 'internal remark 4711';
drop view m10_recovery.outbox_stats;

-- Down Migration
alter table m10_recovery.outbox drop column trace_id;
`;

const render = await browser();
let mock: MockServer;
let github: GitHubServer;
let project: Project;

beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "50");
  github = await startGitHub("acme/outbox", 7);
  project = await makeProject({
    ...mock.env,
    OFFSHOOT_PROVIDER: "neon",
    OFFSHOOT_RUN: "",
    OFFSHOOT_COMMENT: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: "acme/outbox",
    GITHUB_RUN_ID: "10",
    GITHUB_REF: "refs/pull/7/merge",
    GITHUB_WORKFLOW: "CI",
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: "ghs_job",
  });
  for (const name of ["migrations", "offshoot.yaml", "package.json"])
    await cp(join(OUTBOX, name), join(project.directory, name), { recursive: true });
  // The example's own spec allows no other column. A change like this one changes it too.
  await project.write("schema.audit.yaml", SPEC);
  await symlink(join(OUTBOX, "../../node_modules"), join(project.directory, "node_modules"));
  const parent = await mock.parentUrl();
  // Production has all migrations but the last four, one index that nobody wrote into a migration, and rows.
  await migrateOutbox(parent, "up", 36, mock.machine);
  await withSession(parent, async (session) => {
    await session.query("create index outbox_by_hand on m10_recovery.outbox (created_at)");
    await session.query(ROWS);
  });
  await project.write("migrations/041_trace.sql", MIGRATION);
}, 180_000);

afterAll(async () => {
  await project.remove();
  await github.stop();
  await mock.stop();
});

/** One requirement is a warning, and is not met. */
const SPEC = `version: 1
schemas:
  m10_recovery:
    tables:
      outbox:
        columns: { event_id: bigint }
      audit_log: { severity: warning, reason: the auditors ask for it }
ignore:
  - code: overload-ambiguous
    object: m10_recovery.claim_outbox_events(*
    reason: callers pass the arguments by position
`;

const ROWS = `insert into m10_recovery.outbox (event_key, event_type, payload)
  select 'key ' || g, 'run.ended', '{"secret": "value 4711"}' from generate_series(1, 200000) g`;

test("a pull request of the outbox has one comment with everything that its jobs found", { timeout: 400_000 }, async () => {
  const jobs: readonly (readonly [string, readonly string[], number])[] = [
    ["rehearse", ["rehearse"], 10],
    ["rollback", ["rollback-check", "--last", "3", "--provider", "embedded", "--set", "migrations.tool=node-pg-migrate"], 10],
    ["drift", ["drift"], 10],
    ["test-1", ["run", "--", "sleep", "3"], 0],
    ["test-2", ["run", "--", "sleep", "3"], 0],
    ["test-3", ["run", "--", "sleep", "3"], 0],
  ];
  const ended = await Promise.all(jobs.map(async ([job, args]) => [job, await project.offshoot(args, { GITHUB_JOB: job })] as const));
  expect(github.comments).toHaveLength(1);
  const body = github.comments[0]?.body ?? "";
  const file = process.env["OFFSHOOT_PAGE"];
  if (file !== undefined) await writeFile(file, body);
  expect(Object.fromEntries(ended.map(([job, { code }]) => [job, code]))).toEqual(
    Object.fromEntries(jobs.map(([job, , code]) => [job, code])),
  );
  expect(body.length).toBeLessThan(65_536);
  expect(body).not.toContain("4711");
  expect(body).toMatch(/- ℹ️ \*\*Schema\*\*: \d+ added, 1 removed/);
  expect(body).toMatch(/- ❌ \*\*Rehearsal\*\*: .*readers wait/);
  expect(body).toMatch(/- ❌ \*\*Rollback\*\*: 1 of 3 migrations cannot be taken back/);
  expect(body).toMatch(/- ❌ \*\*Drift\*\*: /);
  expect(body).toMatch(/- ℹ️ \*\*Audit\*\*: 1 warning/);
  expect(body).toMatch(/- Migrations: ran in offshoot run · test-\d, 2 commands waited/);
  if (render === undefined) return;
  const { text } = await render(body);
  expect(text).toContain("column m10_recovery.outbox.trace_id: uuid not null default gen_random_uuid()");
  expect(text).toContain("view m10_recovery.outbox_stats");
});
