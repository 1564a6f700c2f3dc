// @module-tag proof
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { makeProject, type Finished, type Project } from "../../../support/cli.ts";
import { newDatabase } from "../../../support/new-database.ts";
import { withSession } from "../../../support/session.ts";

let project: Project;
let url: string;

beforeEach(async () => {
  url = await newDatabase("baseline");
  project = await makeProject({ TARGET: url });
  return () => project.remove();
});

const sql = (text: string): Promise<unknown> => withSession(url, (session) => session.query(text));
const audit = (...args: readonly string[]): Promise<Finished> => project.call(["audit", "--url", "TARGET", ...args]);
const readBack = (file: string): Promise<string> => readFile(join(project.directory, file), "utf8");
const today = (): string => new Date().toISOString().slice(0, 10);

test("a baseline accepts the findings of an old database, so that only new ones fail, and shrinks when they are fixed", async () => {
  await sql('create table log (text text); create table "Old 😀" (a int); create table files (a int)');
  await project.write("offshoot.yaml", "# ours\naudit: # why\n    failOn:   warning # strict\n");
  expect((await audit()).code).toBe(10);

  expect(await audit("--baseline", "--configure")).toMatchObject({
    code: 0,
    stdout: "wrote  audit.baseline.yaml: 3 accepted (3 new, 0 removed)\n",
    stderr: expect.stringContaining("Changed offshoot.yaml: audit.baseline is audit.baseline.yaml."),
  });
  expect(await readBack("offshoot.yaml")).toBe("# ours\naudit: # why\n    failOn:   warning # strict\n    baseline: audit.baseline.yaml\n");
  expect(await readBack("audit.baseline.yaml")).toContain(
    `- { object: public.files, kind: table, code: table-without-primary-key, severity: warning, since: ${today()}, reason: It existed when the audit was introduced. }`,
  );
  expect(await audit()).toMatchObject({
    code: 0,
    stdout: "The schema was not compared with a spec: no findings (built-in rules only, 3 accepted).\n",
  });

  await sql('alter table log add primary key (text); create table "new" (a int)');
  const { code, stdout } = await audit();
  expect(code).toBe(10);
  expect(stdout).toContain("  public.new: table has no primary key");
  expect(stdout).toContain(
    `  public.log: the finding table-without-primary-key, which was accepted on ${today()}, no longer exists\n` +
      "    its reason: It existed when the audit was introduced.\n    to do: offshoot audit --baseline removes it from the baseline.",
  );

  expect(await audit("--baseline")).toMatchObject({
    code: 0,
    stdout: "changed  audit.baseline.yaml: 2 accepted (0 new, 1 removed)\n",
    stderr: expect.stringMatching(
      /give a reason: npx offshoot audit --baseline --reason TEXT\n[^]*removed {2}public\.log: table-without-primary-key\nleft {5}public\.new: table has no primary key/,
    ),
  });
  expect((await audit()).code).toBe(10);
  expect(await audit("--baseline", "--reason", 'A decision: it\'s "right"')).toMatchObject({
    stdout: "changed  audit.baseline.yaml: 3 accepted (1 new, 0 removed)\n",
  });
  expect((await audit()).code).toBe(0);
  expect(await audit("--baseline")).toMatchObject({ stdout: "unchanged  audit.baseline.yaml: 3 accepted (0 new, 0 removed)\n" });
});

test("run and migrate use the baseline, and report an invalid one before anything is created", async () => {
  await project.write("spec.yaml", "version: 1\nschemas: { public: { tables: { lost: } } }\n");
  await project.write("offshoot.yaml", "audit: spec.yaml\nmigrations: { command: 'true', files: [spec.yaml] }\n");
  expect((await project.call(["run", "--", "true"])).code).toBe(10);
  expect((await project.call(["audit", "--url", "TARGET", "--baseline", "--configure"])).code).toBe(0);
  expect(await readBack("offshoot.yaml")).toContain("audit:\n  spec: spec.yaml\n  baseline: audit.baseline.yaml\n");
  expect(await project.call(["run", "--", "true"])).toMatchObject({ code: 0, stderr: expect.stringContaining("1 accepted") });
  for (const [text, error] of [
    ["version: 1\naccepted: [{ object: a }]\n", /^error audit\.baseline\.yaml:2: "kind" is missing/],
    [undefined, /^error The baseline none\.yaml does not exist\.\n/],
  ] as const) {
    if (text === undefined) await project.write("offshoot.yaml", "audit: { spec: spec.yaml, baseline: none.yaml }\n");
    else await project.write("audit.baseline.yaml", text);
    for (const args of [
      ["run", "--", "true"],
      ["migrate", "--", "true"],
      ["audit", "--url", "postgres://nobody@127.0.0.1:1/none"],
    ]) {
      const { stderr, code } = await project.call([...args, "--run", "other"]);
      expect(stderr).toMatch(error);
      expect(code).toBe(2);
    }
  }
  expect(JSON.parse((await project.call(["list", "--json"])).stdout)).toEqual([]);
});

const specWith = (severity: string): string => `version: 1\nschemas: { app: { tables: { lost: { severity: ${severity} } } } }\n`;

test("a finding that becomes more severe than its entry is reported again", async () => {
  await sql("create schema app; create table app.t (id bigint primary key)");
  await project.write("spec.yaml", specWith("warning"));
  await project.write("offshoot.yaml", "audit: { spec: spec.yaml, baseline: audit.baseline.yaml, failOn: warning }\n");
  expect((await audit("--baseline")).stdout).toBe("wrote  audit.baseline.yaml: 1 accepted (1 new, 0 removed)\n");
  expect((await audit()).code).toBe(0);
  await project.write("spec.yaml", specWith("error"));
  expect((await audit()).code).toBe(10);
});

test("a new spec says that the migrations are at their heads where the tool is known and its table is in the database", async () => {
  await mkdir(join(project.directory, "migrations"));
  await project.write("migrations/0001_start.sql", "create table t (id bigint primary key);");
  await project.write("migrations/0002_more.sql", "alter table t add column name text;");
  await project.write("offshoot.yaml", "migrations:\n  tool: sql # plain\n");
  const without = await audit("--write", "without.yaml");
  expect(without).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(
      /does not contain `migrations: heads`, because the version table of sql could not be read \(no such table\)/,
    ),
  });
  expect(without.stderr).toContain("add the line `audit: without.yaml` to offshoot.yaml, or add --configure");
  expect(await readBack("without.yaml")).not.toContain("heads");
  expect((await project.call(["migrate", "--url", "TARGET"])).code).toBe(0);
  expect((await audit("--write", "--configure")).code).toBe(0);
  expect(await readBack("schema.audit.yaml")).toMatch(/^migrations: heads$/m);
  expect(await readBack("offshoot.yaml")).toBe("migrations:\n  tool: sql # plain\naudit:\n  spec: schema.audit.yaml\n");
  expect(await audit()).toMatchObject({ code: 0, stdout: "The schema is as expected: no findings.\n" });

  await project.write("migrations/0003_late.sql", "create table late (id bigint primary key);");
  expect(await audit()).toMatchObject({ code: 10, stdout: expect.stringContaining("not applied: 0003_late") });
  expect(await audit("--write", "behind.yaml")).toMatchObject({
    stderr: expect.stringMatching(/The database lacks 0003_late\S*, so its schema is not that of the repository's migrations\./),
  });
  expect(await audit("--baseline")).toMatchObject({
    stdout: "wrote  audit.baseline.yaml: 0 accepted (0 new, 0 removed)\n",
    stderr: expect.stringContaining("left     "),
  });
});
