// @module-tag proof
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { ciFixture } from "../../unit/ci/fixture.ts";
import { type Finished, makeProject, type Project } from "../../support/cli.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let project: Project;
let url: string;
let log: string;

const RUN = ["--run", "site"];

beforeAll(async () => {
  project = await makeProject();
  log = join(project.directory, "log");
});
afterAll(() => project.remove());

/** The database that an integration made, with a new URL for each test. */
beforeEach(async () => {
  await project.offshoot(["down", ...RUN]);
  await project.offshoot(["up", ...RUN]);
  url = (await project.offshoot(["url", ...RUN])).stdout.trim();
  await writeFile(log, "");
  await migrations("first");
});

/** The migrations of a commit. */
const migrations = (name: string): Promise<string> =>
  project.write(
    "offshoot.yaml",
    `migrations:\n  command: sleep 1 && echo ${name} >>log && psql -Atc 'create table if not exists ${name} (id int)'\n`,
  );

/** One build of a site, with the environment of its builder. */
function build(fixture: string, more: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const { env } = ciFixture(fixture);
  const own = { OFFSHOOT_RUN: "", DATABASE_URL_UNPOOLED: url, ...env, ...more };
  return project.offshoot(["migrate", "--url", "DATABASE_URL_UNPOOLED"], own);
}

const migrated = async (): Promise<string> => (await readFile(log, "utf8")).trim();

test.each([
  ["vercel/preview", { VERCEL_DEPLOYMENT_ID: "dpl_2", VERCEL_PROJECT_ID: "prj_2" }, {}],
  ["netlify/deploy-preview", { BUILD_ID: "2", DEPLOY_ID: "2" }, {}],
  ["netlify/branch-deploy", { BUILD_ID: "2", DEPLOY_ID: "2" }, {}],
  ["cloudflare/pages", { CF_PAGES_URL: "https://2.shop.pages.dev" }, { OFFSHOOT_MIGRATIONS_PRODUCTION: "ep-of-production-1" }],
  ["cloudflare/workers", { WORKERS_CI_BUILD_UUID: "2" }, { OFFSHOOT_MIGRATIONS_PRODUCTION: "ep-of-production-1" }],
])("concurrent builds of %s migrate once, and the next commit migrates again", async (fixture, second, both) => {
  const builds = await Promise.all([build(fixture, both), build(fixture, { ...both, ...second }), build(fixture, { ...both, ...second })]);
  expect(builds.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0, 0]);
  expect(await migrated()).toBe("first");
  await migrations("second");
  const third = Object.fromEntries(Object.keys(second).map((name) => [name, name === "CF_PAGES_URL" ? "https://3.shop.pages.dev" : "3"]));
  expect(await build(fixture, { ...both, ...third })).toMatchObject({ code: 0 });
  expect(await migrated()).toBe("first\nsecond");
});

test("a build whose migrations failed is not final: the next build of the same commit tries again", async () => {
  await project.write("offshoot.yaml", "migrations:\n  command: test -e allowed && echo done >>log\n");
  expect((await build("vercel/preview")).code).toBe(11);
  await project.write("allowed", "");
  expect((await build("vercel/preview", { VERCEL_DEPLOYMENT_ID: "dpl_2" })).code).toBe(0);
  expect(await migrated()).toBe("done");
});

test.each(["vercel/production", "netlify/production", "cloudflare/pages", "cloudflare/workers"])(
  "a build of %s is refused, unless the production database is named",
  async (fixture) => {
    const refused = await build(fixture);
    expect(refused).toMatchObject({ code: 14, stdout: "" });
    expect(refused.stderr).toContain("OFFSHOOT_MIGRATIONS_PRODUCTION=127.0.0.1");
    expect(refused.stderr).not.toContain(new URL(url).password);
    expect(await migrated()).toBe("");
    const named = { OFFSHOOT_MIGRATIONS_PRODUCTION: `127.0.0.1${new URL(url).pathname}` };
    expect((await build(fixture, named)).code).toBe(0);
    expect(await migrated()).toBe("first");
  },
);

test("a preview build that has the URL of the production database by mistake is refused", async () => {
  const refused = await build("vercel/preview", { OFFSHOOT_MIGRATIONS_PRODUCTION: "127.0.0.1" });
  expect(refused.code).toBe(14);
  expect(refused.stderr).toContain("This preview build has the URL of the production database");
  expect(await migrated()).toBe("");
});
