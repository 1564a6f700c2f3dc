// @module-tag proof
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { PEER_PACKAGES } from "../../support/peers.ts";
import { withSession } from "../../support/session.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

/** A program that runs SQL. It first runs the hook `before`. */
const runSql = (sql: string, before = ""): string =>
  `import pg from ${JSON.stringify(join(PEER_PACKAGES, "pg/lib/index.js"))};
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
${before}
await client.query(${JSON.stringify(sql)});
await client.end();
`;

const SEED = "insert into shops (name) values ('one')";

/** Kills the leader, whose process the readiness marker names, and waits for its own end. */
const KILL_LEADER = `const { rows } = await client.query("select owner->>'pid' as pid from offshoot.readiness where state = 'migrating'");
process.kill(Number(rows[0].pid), "SIGKILL");
await new Promise((resolve) => setTimeout(resolve, 60_000));`;

const configuration = (seed: string): string => `migrations:
  - tool: knex
    directory: first
  - tool: sql
    directory: second
  - command: node seed.mjs
    files: [seed.mjs]
    seed: ${seed}
`;

let project: Project;

beforeAll(async () => {
  project = await makeProject({ PATH: toolPath(), OFFSHOOT_BASE: "false" });
  await mkdir(join(project.directory, "second/migrations"), { recursive: true });
  await copyTool("knex", join(project.directory, "first"));
});

afterAll(() => project.remove());

beforeEach(async () => {
  await project.write("offshoot.yaml", configuration("once"));
  await project.write("second/migrations/1_shops.sql", "create table shops (name text);");
  await project.write("seed.mjs", runSql(SEED));
});

const knex = REAL_TOOLS.filter(({ name }) => name === "knex");
const hasKnex = knex.some(isInstalled);

/** A run whose migrations can change between two calls, as at a developer's desk. */
const DESK = { OFFSHOOT_RUN: "" };

async function rowsOf(run: string | undefined): Promise<readonly object[]> {
  const { stdout } = await project.offshoot(["env", "--json", ...(run === undefined ? [] : ["--run", run])], run === undefined ? DESK : {});
  const { DATABASE_URL_UNPOOLED: url = "" } = JSON.parse(stdout) as Record<string, string>;
  return withSession(url, (session) => session.query("select name from shops order by name"));
}

async function upFor(run: string): Promise<void> {
  expect((await project.offshoot(["up", "--run", run])).code).toBe(0);
}

test.runIf(hasKnex)("several steps run in their order under one leader, and each is reported with its time", async () => {
  await upFor("order");
  const jobs = await Promise.all(Array.from({ length: 3 }, () => project.offshoot(["migrate", "--run", "order", "--json"])));
  expect(jobs.map(({ code }) => code)).toEqual([0, 0, 0]);
  const [leader, ...others] = jobs.filter(({ stdout }) => (JSON.parse(stdout) as { state: string }).state === "ran");
  expect(others).toEqual([]);
  expect(leader?.stderr.match(/^(?:step|migrate) .*$/gm)).toEqual([
    expect.stringMatching(/^step {5}knex \(.*s\)$/),
    expect.stringMatching(/^step {5}sql \(.*s\)$/),
    expect.stringMatching(/^step {5}seed \(.*s\)$/),
    expect.stringMatching(/^migrate {2}migrations ran \(/),
  ]);
  expect(await rowsOf("order")).toEqual([{ name: "one" }]);
});

test.runIf(hasKnex)("`run` lists the steps in its table of times, and `doctor` shows the tool of each", async () => {
  const { code, stderr } = await project.offshoot(["run", "--run", "listed", "--", "node", "-e", ""]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(
    stderr
      .split("\n")
      .slice(-9)
      .filter((line) => line.startsWith("step")),
  ).toHaveLength(3);
  const { stdout } = await project.offshoot(["doctor", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    migrations: {
      steps: [
        { name: "knex", tool: "knex", heads: ["20240103000003_titles"] },
        { name: "sql", tool: "sql", heads: ["1_shops"] },
        { name: "seed", seed: "once", command: "node seed.mjs" },
      ],
    },
  });
  expect((await project.offshoot(["doctor"])).stdout).toContain("  seed (seed: once)\n    node seed.mjs");
});

test.runIf(hasKnex)("the error of a failed step names it, and waiters get the same", async () => {
  await project.write("second/migrations/1_shops.sql", "create table shops (name text); select * from nowhere;");
  await upFor("failed");
  for (const job of ["leader", "later job"]) {
    const { code, stdout } = await project.offshoot(["migrate", "--run", "failed", "--json"]);
    expect({ job, code, error: (JSON.parse(stdout) as { error: object }).error }).toMatchObject({
      code: 11,
      error: {
        message: expect.stringContaining('The migration failed in step "sql": relation "nowhere" does not exist (SQLSTATE 42P01'),
        facts: { step: "sql", sqlstate: "42P01" },
      },
    });
  }
});

test.runIf(hasKnex)("a seed runs once on a database, also when the migrations change, and a changed seed is an error", async () => {
  expect((await project.offshoot(["up"], DESK)).code).toBe(0);
  const migrate = () => project.offshoot(["migrate", "--json"], DESK);
  expect((await migrate()).code).toBe(0);
  await project.write("second/migrations/2_more.sql", "create table more (id int);");
  const again = await migrate();
  expect(again).toMatchObject({ code: 0, stderr: expect.stringMatching(/^step {5}seed: had run on this database before/m) });
  expect(await rowsOf(undefined)).toEqual([{ name: "one" }]);

  await project.write("seed.mjs", runSql("insert into shops (name) values ('two')"));
  const changed = await migrate();
  expect(changed.code).toBe(11);
  expect(JSON.parse(changed.stdout)).toMatchObject({
    error: {
      message:
        'The migration failed in step "seed": the seed ran on this database before, and its command or its files have changed since.',
      remedy: expect.stringContaining("`npx offshoot down --run "),
    },
  });
  await project.write("offshoot.yaml", configuration("repeatable"));
  expect((await migrate()).code).toBe(0);
  expect(await rowsOf(undefined)).toEqual([{ name: "one" }, { name: "two" }]);
  await project.offshoot(["down"], DESK);
});

test.runIf(hasKnex)("a seed that was interrupted by a kill is not started again, unless it is repeatable", async () => {
  expect((await project.offshoot(["up"], DESK)).code).toBe(0);
  await project.write("seed.mjs", runSql(SEED, KILL_LEADER));
  const migrate = () => project.offshoot(["migrate", "--json"], DESK);
  expect(await migrate()).toMatchObject({ code: null, signal: "SIGKILL" });
  await project.write("seed.mjs", runSql(SEED));
  const { code, stdout, stderr } = await migrate();
  expect(code).toBe(11);
  expect(JSON.parse(stdout)).toMatchObject({
    error: { message: 'The migration failed in step "seed": the seed started on this database before, and did not finish.' },
  });
  // The tools can run again, and have.
  expect(stderr).toMatch(/^step {5}knex \(/m);
  await project.write("offshoot.yaml", configuration("repeatable"));
  expect((await migrate()).code).toBe(0);
  expect(await rowsOf(undefined)).toEqual([{ name: "one" }]);
  await project.offshoot(["down"], DESK);
});

test.runIf(hasKnex)("a seed does not run on a database that offshoot did not create, unless a setting allows it", async () => {
  await upFor("given");
  const { stdout } = await project.offshoot(["env", "--run", "given", "--json"]);
  const { DATABASE_URL_UNPOOLED: url = "" } = JSON.parse(stdout) as Record<string, string>;
  const given = ["--run", "given", "--url", url];
  const refused = await project.offshoot(["migrate", ...given]);
  expect(refused.code).toBe(14);
  expect(refused.stderr).toContain('The seed "seed" must not run on the database of --url.');
  expect(refused.stderr).toContain("migrations.seedExisting");
  const existing = { OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: url };
  expect(await project.offshoot(["migrate", "--run", "given"], existing)).toMatchObject({
    code: 14,
    stderr: expect.stringContaining('The seed "seed" must not run on an existing database.'),
  });
  expect((await project.offshoot(["migrate", ...given, "--set", "migrations.seedExisting=true"])).code).toBe(0);
  expect(await rowsOf("given")).toEqual([{ name: "one" }]);
});
