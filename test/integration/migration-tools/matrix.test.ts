// @module-tag proof
import { readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { copyRepository, SAMPLE_REPOSITORIES, type SampleRepository, writeSubstitute } from "../../support/sample-repositories.ts";
import { isInstalled, toolPath } from "../../support/tools.ts";

const RUNNERS = 6;

/** Ends with status 0 if the database of the environment has the tables of the migrations. */
const HAS_TABLES = `const { Client } = require("pg");
(async () => {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  const { rows } = await client.query("select tablename from pg_tables where tablename in ('authors', 'books') order by 1");
  await client.end();
  if (rows.map((row) => row.tablename).join() !== "authors,books") process.exit(7);
})();`;

let project: Project;

beforeAll(async () => {
  project = await makeProject({ PATH: toolPath() });
});

afterAll(() => project.remove());

/** Runs the CLI in a repository. Each has a run of its own in the server that all of them share. */
function cliIn({ name, runs }: SampleRepository) {
  const directory = join(project.directory, name);
  const substitutes = runs === "real" ? [] : [join(directory, "substitute")];
  const env = { PATH: [...substitutes, toolPath()].join(delimiter), NODE_PATH: join(directory, "node_modules") };
  return (...args: readonly string[]) => project.offshoot(args, env, directory);
}

async function succeeded(running: ReturnType<ReturnType<typeof cliIn>>): Promise<unknown> {
  const { code, stdout, stderr } = await running;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout === "" ? undefined : (JSON.parse(stdout) as unknown);
}

test("at least 20 repositories are in the matrix, and at least 14 tools of others are run for real", () => {
  expect(SAMPLE_REPOSITORIES.length).toBeGreaterThanOrEqual(20);
  const real = SAMPLE_REPOSITORIES.flatMap(({ tool }) => (tool?.program === undefined ? [] : [tool.name]));
  expect(real.length).toBeGreaterThanOrEqual(14);
});

for (const sample of SAMPLE_REPOSITORIES.filter(({ tool }) => tool === undefined || isInstalled(tool))) {
  const { name, runs, migrations, writes } = sample;
  const how = runs === "real" ? "the real tool" : "a substitute for its program";
  test(`${name}, with ${how}: doctor, init, run, and six jobs at once`, { timeout: 300_000 }, async () => {
    const directory = join(project.directory, name);
    const offshoot = cliIn(sample);
    await sample.copy(directory);
    if (runs !== "real") await writeSubstitute(directory, runs.substitute);

    // What is detected without a configuration is the same as what `init` writes.
    expect(await succeeded(offshoot("doctor", "--json"))).toMatchObject({ migrations });
    await succeeded(offshoot("init", "--service", "none", "--json"));
    expect(await readFile(join(directory, "offshoot.yaml"), "utf8")).toContain(writes);
    expect(await succeeded(offshoot("doctor", "--json"))).toMatchObject({ migrations });

    const { code, stderr } = await offshoot("run", "--run", `${name}-run`, "--", "node", "-e", HAS_TABLES);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/^migrate {2}migrations ran/m);
    await rm(join(directory, "starts.txt"), { force: true });

    // Without a base: each job would find the database of the first run migrated.
    const fresh = ["--run", `${name}-six`, "--set", "base=false"];
    await succeeded(offshoot("up", ...fresh, "--json"));
    const jobs = await Promise.all(Array.from({ length: RUNNERS }, () => succeeded(offshoot("migrate", ...fresh, "--json"))));
    const states = jobs.map((job) => (job as { state: string }).state);
    expect(states.filter((state) => state === "ran")).toEqual(["ran"]);
    const starts = await readFile(join(directory, "starts.txt"), "utf8").catch(() => "");
    expect(starts.split("\n").length - 1).toBe(runs === "real" ? 0 : 1);
    await succeeded(offshoot("down", "--run", `${name}-six`, "--json"));
  });
}

test("script: run refuses a repository with only a script, and runs it once init's lines are used", { timeout: 300_000 }, async () => {
  const directory = join(project.directory, "script");
  await copyRepository("script", directory);
  const offshoot = (...args: readonly string[]) => project.offshoot(args, {}, directory);
  const run = () => offshoot("run", "--run", "script", "--", "node", "-e", HAS_TABLES);
  const refused = await run();
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('the script "db:migrate" in package.json') });

  await succeeded(offshoot("init", "--service", "none", "--json"));
  const file = join(directory, "offshoot.yaml");
  const offered = (await readFile(file, "utf8")).replaceAll(/^# ((?:migrations:| {2}).*)$/gm, "$1").replace("db/**/*.sql", "migrate.js");
  await writeFile(file, offered);
  expect(await run()).toMatchObject({ code: 0, stderr: expect.stringMatching(/^migrate {2}migrations ran/m) });
});
