// @module-tag proof
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { addMigration } from "../../support/added-migration.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { PEER_PACKAGES } from "../../support/peers.ts";
import { skipWithout } from "../../support/require.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

/** What the error of each tool names, beside the message of the database. */
const FACTS: Readonly<Record<string, object>> = {
  alembic: { file: "migrations/versions/shop.py", line: 6 },
  dbmate: { file: "20240104000004_shop.sql" },
  django: { file: "library.0004_shop" },
  "graphile-migrate": { file: "000004.sql" },
  knex: { file: "20240104000004_shop.cjs" },
  kysely: { file: "20240104000004_shop" },
  laravel: { file: "2024_01_04_000004_shop" },
  liquibase: { file: "db/changelog/changes/z-shop.sql::shop::ada" },
  "mikro-orm": { file: "Migration20240104000004" },
  "node-pg-migrate": { file: "20240104000004_shop" },
  payload: { file: "src/migrations/20240104_000004_shop.ts", line: 4 },
  rails: { file: "db/migrate/20240104000004_shop.rb", line: 3 },
  sequelize: { file: "20240104000004-shop" },
  sqitch: { file: "deploy/shop.sql", line: 1 },
  sql: { file: "004_shop.sql", line: 1 },
  supabase: { file: "20240104000004_shop.sql" },
  typeorm: { file: "Shop1704326400004" },
  umzug: { file: "20240104000004-shop.js" },
};

const BROKEN = { up: "alter table shop add x int default 42", down: "alter table shop drop x" };

let project: Project;

beforeAll(async () => {
  project = await makeProject({ PATH: toolPath() });
});

afterAll(() => project.remove());

interface Thrown {
  readonly error: { readonly message: string; readonly meaning?: string; readonly remedy?: string; readonly facts: object };
}

async function failed(run: string, env: Record<string, string> = {}): Promise<Thrown["error"]> {
  const { code, stdout, stderr } = await project.offshoot(["migrate", "--run", run, "--json"], env);
  expect({ code, stderr }).toMatchObject({ code: 11 });
  return (JSON.parse(stdout) as Thrown).error;
}

afterEach(async () => {
  for (const name of await readdir(project.directory)) {
    await rm(join(project.directory, name), { recursive: true, force: true });
  }
});

const GOLDEN = new URL("../../fixtures/printed-errors/waiters-of-tools.golden", import.meta.url).pathname;
const waiters = new Map<string, string>();

for (const tool of REAL_TOOLS.filter(isInstalled)) {
  test(`${tool.name}: the leader and a waiter get the database's own error first`, async () => {
    await copyTool(tool.name, project.directory);
    await addMigration(tool.name, project.directory, BROKEN);
    await project.offshoot(["up", "--run", tool.name]);
    const leader = await failed(tool.name);
    const waiter = await failed(tool.name);
    for (const error of [leader, waiter]) {
      expect(error.message).toMatch(/^The migration failed: relation "shop" does not exist \(SQLSTATE 42P01/);
      expect(error.facts).toMatchObject({ databaseError: 'relation "shop" does not exist', sqlstate: "42P01", ...FACTS[tool.name] });
    }
    const { stderr } = await project.offshoot(["migrate", "--run", tool.name]);
    waiters.set(tool.name, withoutPlace(stderr));
    expect(stderr).toContain("(run by ");
  });
}

/** One statement, since some tools run a file as one. Its values are rows, which no other job may show. */
const PRIVATE = {
  up: "do $$ begin create table private_row (email text primary key); insert into private_row values ('private-ada@example.com'), ('private-ada@example.com'); end $$",
  down: "drop table private_row",
};

for (const tool of REAL_TOOLS.filter(isInstalled)) {
  test(`${tool.name}: the error of a waiter, its summary and the marker contain no value of a row`, async () => {
    const run = `${tool.name}-private`;
    await copyTool(tool.name, project.directory);
    await addMigration(tool.name, project.directory, PRIVATE);
    await project.offshoot(["up", "--run", run]);
    await project.offshoot(["migrate", "--run", run]);
    const summary = join(project.directory, "summary.md");
    const { code, stdout, stderr } = await project.offshoot(["migrate", "--run", run, "--json", "--summary", summary]);
    expect({ code, stderr }).toMatchObject({ code: 11, stderr: expect.stringContaining("private_row_pkey") });
    const stored = await project.offshoot(["psql", "--run", run, "--", "-Atc", "select * from offshoot.readiness"]);
    expect(stored.stdout).toContain("private_row_pkey");
    for (const text of [stdout, stderr, await readFile(summary, "utf8"), stored.stdout]) expect(text).not.toContain("private-ada");
  });
}

test("the message of a waiter for each tool is the one that was reviewed", async () => {
  const [missing] = REAL_TOOLS.filter((tool) => !waiters.has(tool.name));
  if (missing !== undefined) return skipWithout(missing.name, "its message is not known");
  const text = [...waiters].map(([name, message]) => `== ${name}\n${message.trim()}\n`).join("\n");
  // OFFSHOOT_TEST_UPDATE=1 writes the file for the next review.
  if (process.env["OFFSHOOT_TEST_UPDATE"] === "1") await writeFile(GOLDEN, text);
  expect(withoutOutput(text)).toEqual(withoutOutput(await readFile(GOLDEN, "utf8")));
});

/** The two streams of a tool come in any order, so its last lines are not the same in each run. */
function withoutOutput(text: string): readonly string[] {
  return text.split("\n").filter((line) => !/^ {2}(?:\||Its (?:output|last lines) w)/.test(line));
}

/** A message without what differs in each run: folders, process, host, times, the name of the database. */
function withoutPlace(message: string): string {
  return message
    .replaceAll(project.directory, "/builds/shop")
    .replaceAll(PEER_PACKAGES, "/builds/shop/node_modules")
    .replaceAll(/\(run by [^ ]+ \(pid \d+/g, "(run by ci-7 (pid 12")
    .replaceAll(/\d+(?:\.\d+)?\s?(?:ms|µs)\b/g, "1ms")
    .replaceAll(/\b\d+\.\d+ ?s\b/g, "0.1 s")
    .replaceAll(/durationSeconds: [\d.]+/g, "durationSeconds: 0.1")
    .replaceAll(/\b\d{2}:\d{2}:\d{2}\b/g, "12:00:00")
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:5432")
    .replaceAll(/\boffshoot_offshoot_cli_\w+/g, "shop");
}

test("an error whose rows are private shows the constraint, and neither the key nor the value", async () => {
  await mkdir(join(project.directory, "migrations"));
  await project.write("migrations/1.sql", "create table t (mail text);\ninsert into t values ('ada@example.org'), ('ada@example.org');");
  await project.write("migrations/2.sql", "create unique index t_mail on t (mail);");
  await project.offshoot(["up", "--run", "rows"]);
  const { message, facts } = await failed("rows");
  expect(message).toContain('could not create unique index "t_mail" (SQLSTATE 23505, constraint public.t.t_mail, 2.sql line 1)');
  expect(JSON.stringify({ ...facts, message })).not.toContain("ada@example.org");
});

/** The environment of one start of a job in a GitLab pipeline. */
const job = (name: string, id: string, index = "1") => ({
  CI: "true",
  GITLAB_CI: "true",
  CI_PIPELINE_ID: "77",
  CI_PROJECT_PATH: "acme/shop",
  CI_JOB_NAME: name,
  CI_JOB_ID: id,
  CI_NODE_INDEX: index,
});

/** One start of a job in a build of Buildkite. `retries` counts those of this job only. */
const buildkiteJob = (key: string, retries: number) => ({
  CI: "true",
  BUILDKITE: "true",
  BUILDKITE_BUILD_ID: "0199a2b3-c4d5-4e6f-8071-8293a4b5c6d7",
  BUILDKITE_REPO: "https://github.com/acme/shop",
  BUILDKITE_STEP_KEY: key,
  BUILDKITE_JOB_ID: `job-${key}-${retries}`,
  BUILDKITE_RETRY_COUNT: String(retries),
});

/** One start of a job in a run of Azure Pipelines. */
const azureJob = (name: string, retries: number) => ({
  TF_BUILD: "True",
  BUILD_BUILDID: "20871",
  BUILD_REPOSITORY_NAME: "acme/shop",
  SYSTEM_JOBNAME: name,
  SYSTEM_JOBID: `job-${name}-${retries}`,
  SYSTEM_JOBATTEMPT: String(1 + retries),
});

/** One start of a step in a pipeline of Bitbucket, which has no name of the step. */
const bitbucketStep = (name: string, retries: number) => ({
  CI: "true",
  BITBUCKET_PIPELINE_UUID: "{6a5b4c3d}",
  BITBUCKET_REPO_FULL_NAME: "acme/shop",
  BITBUCKET_STEP_UUID: `{${name}}`,
  BITBUCKET_STEP_RUN_NUMBER: String(1 + retries),
});

test.each([
  ["Buildkite", buildkiteJob],
  ["Azure Pipelines", azureJob],
  ["Bitbucket", bitbucketStep],
])("the first retry of a job in %s runs failed migrations again, also after the retry of another job", async (_service, jobOf) => {
  await copyTool("sql", project.directory);
  await project.write("migrate.sh", "#!/bin/sh\necho x >> runs; exit 1\n");
  await chmod(join(project.directory, "migrate.sh"), 0o755);
  await project.write("offshoot.yaml", "migrations: { command: ./migrate.sh, files: [migrations/*.sql] }\n");
  const runs = async () => (await readFile(join(project.directory, "runs"), "utf8")).length / 2;
  await project.offshoot(["up"], jobOf("test", 0));
  const counts: [string, number, number][] = [];
  for (const [name, retries] of [
    ["test", 0],
    ["other", 0],
    ["third", 0],
    ["other", 1],
    ["third", 0],
    ["test", 1],
    ["test", 1],
    ["third", 1],
    ["other", 1],
  ] as const) {
    expect((await project.offshoot(["migrate", "--json"], jobOf(name, retries))).code).toBe(11);
    counts.push([name, retries, await runs()]);
  }
  await project.offshoot(["down"], jobOf("test", 1));
  expect(counts).toEqual([
    ["test", 0, 1],
    ["other", 0, 1],
    ["third", 0, 1],
    ["other", 1, 2],
    ["third", 0, 2],
    ["test", 1, 3],
    ["test", 1, 3],
    ["third", 1, 4],
    ["other", 1, 4],
  ]);
});

test("a retried job of a GitLab pipeline is a new attempt, and its sibling is not", async () => {
  await copyTool("sql", project.directory);
  await project.write(
    "migrate.sh",
    `#!/bin/sh\n[ -e flag ] && exec node -e "const{Client}=require('pg');(async()=>{const c=new Client(process.env.DATABASE_URL);await c.connect();await c.query('create table ok (id int)');await c.end()})()"\ntouch flag; echo "curl: (6) Could not resolve host"; exit 1\n`,
  );
  await chmod(join(project.directory, "migrate.sh"), 0o755);
  await project.write("offshoot.yaml", "migrations: { command: ./migrate.sh, files: [migrations/*.sql] }\n");
  const migrate = (env: Record<string, string>) => project.offshoot(["migrate", "--json"], env);
  await project.offshoot(["up"], job("test", "100"));
  const first = await migrate(job("test", "100"));
  expect(JSON.parse(first.stdout)).toMatchObject({
    error: {
      remedy:
        'If the host in the output is the one of the database, let the command use DATABASE_URL or the PG* variables. Otherwise this can pass by itself. To run the same migration again, use "Retry" on the job test in GitLab, or run `offshoot migrate --retry`.',
    },
  });
  for (const sibling of [job("lint", "101"), job("test", "102", "2"), job("test", "100")]) expect((await migrate(sibling)).code).toBe(11);
  const retried = await migrate(job("test", "103"));
  expect({ code: retried.code, stdout: JSON.parse(retried.stdout) as object }).toMatchObject({ code: 0, stdout: { state: "ran" } });
  expect(JSON.parse((await migrate(job("lint", "104"))).stdout)).toMatchObject({ state: "already" });
  await project.offshoot(["down"], job("test", "103"));
});
