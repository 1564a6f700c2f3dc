// @module-tag proof
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { directUrl } from "../../../src/postgres/url.ts";
import { takeUsageLock } from "../../../src/usage/usage-lock.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { connect, withSession } from "../../support/session.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";

const MIGRATIONS = `migrations:
  command: psql -X -v ON_ERROR_STOP=1 -q -c 'create table if not exists migrated (id int)' "$DATABASE_URL"
  files: [offshoot.yaml]
`;

/** The direct URL of the run's database. */
async function urlOf(project: Project): Promise<string> {
  const { stdout } = await project.call(["env", "--json"]);
  return (JSON.parse(stdout) as { readonly DATABASE_URL_UNPOOLED: string }).DATABASE_URL_UNPOOLED;
}

const tables = (url: string): Promise<readonly string[]> =>
  withSession(url, async (session) => {
    const rows = await session.query<{ name: string }>("select tablename as name from pg_tables where schemaname = 'public' order by 1");
    return rows.map(({ name }) => name);
  });
const write = (url: string): Promise<unknown> => withSession(url, (session) => session.query("create table lost (id int)"));

describe.each(["embedded", "neon"])("reset on %s", (provider) => {
  let mock: MockServer | undefined;
  let project: Project;
  beforeAll(async () => {
    mock = provider === "neon" ? await startMock("--postgres", "--operation-time", "50") : undefined;
    project = await makeProject({ OFFSHOOT_PROVIDER: provider, ...mock?.env });
    await project.write("offshoot.yaml", MIGRATIONS);
    await project.call(["up"]);
    await project.call(["migrate"]);
  });
  afterAll(async () => {
    await project.remove();
    await mock?.stop();
  });

  test("replaces what was written, migrates again, and keeps the URL", async () => {
    const url = await urlOf(project);
    await write(url);
    const { code, stdout, stderr } = await project.call(["reset", "--json"]);
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, provider, sameUrl: true, migrated: expect.stringMatching(/^(ran|already)$/) });
    expect(await urlOf(project)).toBe(url);
    expect(await tables(url)).toEqual(["migrated"]);
  });

  test("twice is the same as once, and without migrations nothing is migrated", async () => {
    const url = await urlOf(project);
    const settings = ["--no-migrate", "--set", "base=false"];
    for (let times = 0; times < 2; times += 1) expect(await project.call(["reset", ...settings])).toMatchObject({ code: 0 });
    expect(await tables(url)).toEqual([]);
    expect(await project.call(["migrate"])).toMatchObject({ code: 0 });
  });

  test("refuses while another process holds a usage lock, and works with --force", async () => {
    const url = await urlOf(project);
    await write(url);
    const lock = await takeUsageLock(directUrl(url), new AbortController().signal, { isWanted: () => false });
    onTestFinished(() => lock?.close());
    const refused = await project.call(["reset"]);
    expect(refused.code).toBe(14);
    expect(refused.stderr).toMatch(
      /was not reset: other processes of this run use it\.\n.*Nothing was changed\.\n.*offshoot reset --run test --force/,
    );
    expect(await tables(url)).toEqual(["lost", "migrated"]);
    expect(await project.call(["reset", "--force"])).toMatchObject({ code: 0 });
    expect(await tables(url)).toEqual(["migrated"]);
  });

  test("refuses while a program is connected, names it, and works with --force", async () => {
    const url = await urlOf(project);
    await write(url);
    const session = await connect(url, { applicationName: "psql" });
    onTestFinished(() => session.close());
    const [{ pid } = { pid: 0 }] = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
    const refused = await project.call(["reset"]);
    const user = decodeURIComponent(new URL(url).username);
    expect([refused.code, refused.stderr]).toEqual([
      14,
      expect.stringContaining(`was not reset: others are connected to it: psql (user ${user}, pid ${pid}).`),
    ]);
    expect(await tables(url)).toEqual(["lost", "migrated"]);
    expect(await project.call(["reset", "--force"])).toMatchObject({ code: 0 });
    expect(await tables(url)).toEqual(["migrated"]);
  });

  test("refuses while another process migrates", async () => {
    const url = await urlOf(project);
    const leader = await connect(url);
    onTestFinished(() => leader.close());
    await leader.query(`select pg_advisory_lock(1868981875, hashtext('offshoot:readiness'))`);
    const refused = await project.call(["reset"]);
    expect([refused.code, refused.stderr]).toEqual([14, expect.stringContaining("another process migrates it")]);
  });

  test("reports an invalid repository before the data is lost", async () => {
    const url = await urlOf(project);
    await write(url);
    const { code } = await project.call(["reset", "--set", "migrations.tool=alembic", "--set", "migrations.command="]);
    expect(code).toBe(2);
    expect(await tables(url)).toContain("lost");
  });

  test("of a run without a database shows how to create one", async () => {
    const { code, stderr } = await project.call(["reset", "--run", "nobody"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("There is no database for the run nobody")]);
  });
});

test("a server of somebody else has no reset, and says what to do instead", async () => {
  const project = await makeProject({ OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: inject("serverUrl") });
  onTestFinished(() => project.remove());
  await project.call(["up", "--run", "reset-existing"]);
  onTestFinished(async () => void (await project.call(["down", "--run", "reset-existing"])));
  const { code, stderr } = await project.call(["reset", "--run", "reset-existing"]);
  expect(code).toBe(13);
  expect(stderr).toMatch(
    /the provider existing has no reset\.\n\s+Nothing was changed\.\n\s+Use `offshoot down --run reset-existing` and then `offshoot up --run reset-existing`/,
  );
});
