import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { audit as runAudit } from "../../../../src/commands/audit.ts";
import { renderFindings } from "../../../../src/commands/render-findings.ts";
import { withSession } from "../../../support/session.ts";
import { makeProject, type Project } from "../../../support/cli.ts";

let project: Project;
let url: string;

const SPEC = `version: 1
schemas:
  app:
    tables:
      users:
        columns:
          id: bigint
          email: { type: text, nullable: false, reason: Logins go by it. }
      old_users: { absent: true, severity: warning }
`;

beforeAll(async () => {
  const server = new URL(inject("serverUrl"));
  await withSession(server.href, (admin) => admin.query("create database audit_reports"));
  server.pathname = "/audit_reports";
  url = server.href;
  await withSession(url, async (session) => {
    await session.query("create schema app");
    await session.query("create table app.users (id bigint primary key, email text)");
    await session.query("create table app.old_users (id bigint primary key)");
  });
  project = await makeProject({ TARGET: url });
  await project.write("spec.yaml", SPEC);
});

afterAll(() => project.remove());

const audit = (...args: readonly string[]) => project.call(["audit", "spec.yaml", "--url", "TARGET", ...args]);
const readBack = (file: string): Promise<string> => readFile(join(project.directory, file), "utf8");

describe("audit --report", () => {
  test("writes each report to its file, and the text to stdout", async () => {
    const { stdout, code } = await audit(
      ...["junit=reports/schema.xml", "sarif=schema.sarif", "markdown=page.md", "code-quality=gl.json", "json=findings.json"].flatMap(
        (report) => ["--report", report],
      ),
    );
    expect(code).toBe(10);
    expect(stdout).toMatch(/^ERRORS\n\n {2}app.users.email: column differs from the spec: nullable\n/);
    expect(await readBack("reports/schema.xml")).toContain('tests="2" failures="1" errors="0" skipped="1"');
    expect(JSON.parse(await readBack("schema.sarif"))).toMatchObject({ version: "2.1.0", runs: [{ results: [{}, {}] }] });
    expect(await readBack("page.md")).toMatch(/^\*\*Schema\*\*: 1 error, 1 warning\n/);
    expect(JSON.parse(await readBack("gl.json"))).toMatchObject([{ location: { path: "spec.yaml", lines: { begin: 8 } } }, {}]);
    expect(JSON.parse(await readBack("findings.json"))).toMatchObject({ counts: { error: 1, warning: 1, info: 0 } });
  });

  test("without a file name prints the report on stdout", async () => {
    const { stdout } = await audit("--report", "junit");
    expect(stdout).toMatch(/^<\?xml [^]*<\/testsuites>\n$/);
  });

  test.each<[what: string, args: readonly string[], error: RegExp]>([
    [
      "an unknown format",
      ["--report", "sarf"],
      /"sarf" is not a valid value of --report\. Did you mean sarif\?\n.*Use one of text, json, markdown, junit, sarif, code-quality\./,
    ],
    ["an empty file name", ["--report", "junit="], /--report junit= has no file name/],
    ["two reports for stdout", ["--report", "junit", "--report", "sarif"], /Two reports would be written to stdout/],
    ["two reports for one file", ["--report", "junit=a", "--report", "sarif=a"], /Two reports would be written to a\b/],
    ["a report beside --json", ["--json", "--report", "junit"], /Two reports would be written to stdout/],
    [
      "an unknown severity",
      ["--fail-on", "eror"],
      /"eror" is not a valid value of --fail-on\. Did you mean error\?\n.*Use one of error, warning, info\./,
    ],
  ])("rejects %s before the database is used", async (_, args, error) => {
    // No server listens at this port.
    const { stderr, code } = await project.call(["audit", "--url", "postgres://nobody@127.0.0.1:1/none", ...args]);
    expect(stderr).toMatch(error);
    expect(code).toBe(2);
  });
});

test.each([
  ["a report", ["spec.yaml", "--report", "junit=folder"], "error Could not write folder: it is a folder."],
  [
    "a new spec",
    ["spec.yaml/x.yaml", "--write"],
    "error Could not read the audit spec spec.yaml/x.yaml: a part of its path is not a folder.",
  ],
  ["a spec that is a folder", ["folder", "--update"], "error Could not read the audit spec folder: it is a folder."],
])("%s that cannot be written or read causes an error without a stack", async (_, args, error) => {
  await mkdir(join(project.directory, "folder"), { recursive: true });
  const { stderr, code } = await project.call(["audit", "-q", "--url", "TARGET", ...args]);
  expect({ code, error: stderr.split("\n")[0], isStack: /^ +at /m.test(stderr) }).toEqual({ code: 2, error, isStack: false });
});

test.each([
  ["UTF-16", Buffer.from(`\uFEFF${SPEC}`, "utf16le")],
  ["Latin-1", Buffer.from(`# f\u00FCr uns\n${SPEC}`, "latin1")],
])("a spec in %s is an error, and an update does not overwrite it", async (_, bytes) => {
  const path = join(project.directory, "foreign.yaml");
  await writeFile(path, bytes);
  for (const flags of [[], ["--update"]]) {
    const { stderr, code } = await project.call(["audit", "foreign.yaml", "-q", "--url", "TARGET", ...flags]);
    expect({ code, error: stderr.split("\n")[0] }).toEqual({
      code: 2,
      error: "error Could not read the audit spec foreign.yaml: it is not UTF-8 text.",
    });
  }
  expect(await readFile(path)).toEqual(bytes);
});

test("a spec is written into a new folder", async () => {
  expect(await project.call(["audit", "db/specs/new.yaml", "-q", "--write", "--url", "TARGET"])).toMatchObject({ code: 0 });
  expect(await readBack("db/specs/new.yaml")).toContain("version: 1");
});

test("an invalid spec is an error before the database is used", async () => {
  await project.write("bad.yaml", "version: 1\nschema: {}\n");
  const { stderr, code } = await project.call(["audit", "bad.yaml", "--url", "postgres://nobody@127.0.0.1:1/none"]);
  expect(stderr).toContain('bad.yaml:2: unknown key "schema". Did you mean "schemas"?');
  expect(code).toBe(2);
});

const spec = (...args: readonly string[]) => project.call(["audit", "made.yaml", "--url", "TARGET", ...args]);

describe("audit --write and --update", () => {
  test("create a spec once, keep it unchanged if the database is unchanged, and change only what the database changed", async () => {
    expect(await spec("--write")).toMatchObject({
      code: 0,
      stdout: "wrote  made.yaml\n",
      stderr: expect.stringContaining("add the line `audit: made.yaml` to offshoot.yaml"),
    });
    expect(await spec("--write")).toMatchObject({ code: 2, stderr: expect.stringContaining("The spec made.yaml already exists.") });
    const made = `${await readBack("made.yaml")}# kept by hand\n`.replace("old_users:", "old_users:   # until spring");
    await project.write("made.yaml", made);
    expect(await spec("--update")).toMatchObject({ code: 0, stdout: "unchanged  made.yaml\n" });
    expect(await readBack("made.yaml")).toBe(made);
    await withSession(url, (session) => session.query("create schema other; alter table app.users add column name text"));
    expect(await spec("--update")).toMatchObject({
      code: 0,
      stdout: "changed  made.yaml\n",
      stderr: expect.stringContaining("the spec does not list the schema other"),
    });
    expect(await readBack("made.yaml")).toBe(made.replace("          email: text\n", "          email: text\n          name: text\n"));
    await withSession(url, (session) => session.query("drop schema other; alter table app.users drop column name"));
    expect(JSON.parse((await spec("--update", "--json")).stdout)).toMatchObject({ version: 1, state: "changed", left: [], unlisted: [] });
    expect(await readBack("made.yaml")).toBe(made);
  });
});

test("an invalid spec is an error of run and migrate before anything is created", async () => {
  await project.write("offshoot.yaml", "audit: bad.yaml\nmigrations:\n  command: exit 7\n");
  for (const args of [["run", "--", "true"], ["migrate"]]) {
    const { stderr, code } = await project.call([...args, "--run", "bad"]);
    expect(stderr).toMatch(/^error bad\.yaml:2: unknown key "schema"\. Did you mean "schemas"\?\n/);
    expect(code).toBe(2);
  }
  expect(JSON.parse((await project.call(["list", "--json"])).stdout)).toEqual([]);
  await project.write("offshoot.yaml", "");
});

test("reports have file names relative to the top of the checkout", async () => {
  await mkdir(join(project.directory, ".git"), { recursive: true });
  await mkdir(join(project.directory, "services/shop"), { recursive: true });
  await project.write("services/shop/spec.yaml", SPEC);
  const options = { cwd: join(project.directory, "services/shop"), env: { TARGET: url }, settings: { run: "below" } };
  const result = await runAudit({ ...options, spec: "spec.yaml", url: "TARGET" });
  expect(result.findings[0]?.at?.file).toBe("spec.yaml");
  expect(await renderFindings(result, "markdown")).toContain("services/shop/spec.yaml:8");
  await rm(join(project.directory, ".git"), { recursive: true });
});

describe("the severity that fails", () => {
  test("is error by default, and is set by the flag or the configuration", async () => {
    await project.write("mild.yaml", SPEC.replace("reason:", "severity: warning, reason:"));
    const mild = async (...args: readonly string[]) => (await project.call(["audit", "mild.yaml", "--url", "TARGET", ...args])).code;
    expect([(await audit()).code, await mild(), await mild("--fail-on", "warning")]).toEqual([10, 0, 10]);
    await project.write("offshoot.yaml", "audit:\n  spec: mild.yaml\n  failOn: warning\n");
    expect([(await project.call(["audit", "--url", "TARGET"])).code, await mild("--fail-on", "error")]).toEqual([10, 0]);
    await project.write("offshoot.yaml", "audit: mild.yaml\n");
    expect((await project.call(["audit", "--url", "TARGET"])).code).toBe(0);
  });
});

describe("on GitHub", () => {
  test("each finding is an annotation on its line of the spec, and is on the page", async () => {
    const page = await project.write("summary.md", "");
    const { stderr } = await project.call(["audit", "spec.yaml", "--url", "TARGET"], {
      GITHUB_ACTIONS: "true",
      CI: "true",
      GITHUB_STEP_SUMMARY: page,
    });
    const annotations = stderr.split("\n").filter((line) => /^::(error|warning|notice)/.test(line));
    expect(annotations).toEqual([
      expect.stringMatching(/^::error file=spec\.yaml,line=8,title=app\.users\.email::column differs from the spec: nullable%0A/),
      expect.stringMatching(/^::warning file=spec\.yaml,line=9,title=app\.old_users::table exists, but the spec says "absent: true"%0A/),
    ]);
    expect(await readBack("summary.md")).toContain(
      "- `app.users.email`: column differs from the spec: nullable (`different`, spec.yaml:8)",
    );
  });

  test("a run annotates each finding once, also if it audits after the migrations and before its command", async () => {
    const page = await project.write("run.md", "");
    await project.write("migrate.sql", "create schema app; create table app.users (id bigint primary key, email text);");
    await project.write(
      "migrate.mjs",
      `
      import { readFileSync } from "node:fs";
      import { createRequire } from "node:module";
      const { Client } = createRequire(${JSON.stringify(import.meta.url)})("pg");
      const client = new Client({ connectionString: process.env.DATABASE_URL });
      await client.connect();
      await client.query(readFileSync("migrate.sql", "utf8"));
      await client.end();
    `,
    );
    await project.write("warn.yaml", "version: 1\nschemas:\n  app:\n    tables:\n      teams: { severity: warning }\n");
    await project.write("offshoot.yaml", "audit: warn.yaml\nmigrations:\n  command: node migrate.mjs\n  files: [migrate.sql]\n");
    const { stderr, code } = await project.offshoot(["run", "--", "true"], {
      GITHUB_ACTIONS: "true",
      CI: "true",
      GITHUB_STEP_SUMMARY: page,
    });
    expect(code).toBe(0);
    expect(stderr.split("\n").filter((line) => line.startsWith("::warning"))).toEqual([
      expect.stringMatching(/^::warning file=warn\.yaml,line=5,title=app\.teams::table is missing/),
    ]);
    expect(await readBack("run.md")).toContain("- `app.teams`: table is missing");
  });

  test("a run that fails because of findings has an annotation for each one, and no further annotation", async () => {
    await project.write("strict.yaml", "version: 1\nschemas:\n  app:\n    tables:\n      teams:\n");
    await project.write("offshoot.yaml", "audit: strict.yaml\nmigrations:\n  command: node migrate.mjs\n  files: [migrate.sql]\n");
    const page = await project.write("strict.md", "");
    const { stderr, code } = await project.offshoot(["run", "--run", "strict", "--", "true"], {
      GITHUB_ACTIONS: "true",
      CI: "true",
      GITHUB_STEP_SUMMARY: page,
    });
    expect(code).toBe(10);
    // The summary has a part with the findings, so the error above it does not list them.
    expect((await readBack("strict.md")).match(/table is missing/g)).toHaveLength(1);
    expect(stderr.split("\n").filter((line) => line.startsWith("::error"))).toEqual([
      expect.stringMatching(/^::error file=strict\.yaml,line=5,title=app\.teams::table is missing/),
    ]);
  });
});

test.each([[[]], [["unreached.yaml", "--write"]]])("audit %j reports an unreachable server without the password", async (flags) => {
  const { code, stderr } = await project.call(["audit", ...flags, "--url", "postgresql://reader:hidden-word@127.0.0.1:1/db"]);
  expect({ code, isReported: /^error Could not connect to 127\.0\.0\.1:1\/db as reader: .*ECONNREFUSED/m.test(stderr) }).toEqual({
    code: 13,
    isReported: true,
  });
  expect(stderr).not.toMatch(/hidden-word|unexpected error|\n {4}at /);
});
