// @module-tag proof
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from "vitest";
import { down, isOffshootError } from "offshoot";
import { directUrl } from "../../../src/postgres/url.ts";
import { takeUsageLock } from "../../../src/usage/usage-lock.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { connect, withSession } from "../../support/session.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

async function urlOf(project: Project, run: string): Promise<string> {
  const { stdout } = await project.call(["env", "--run", run, "--json"]);
  return (JSON.parse(stdout) as { readonly DATABASE_URL_UNPOOLED: string }).DATABASE_URL_UNPOOLED;
}

async function lockAt(url: string): Promise<void> {
  const lock = await takeUsageLock(directUrl(url), new AbortController().signal, { isWanted: () => false });
  onTestFinished(() => lock?.close());
}

describe.each(["embedded", "existing", "neon"])("down on %s", (provider) => {
  let mock: MockServer | undefined;
  let project: Project;
  beforeAll(async () => {
    mock = provider === "neon" ? await startMock("--postgres", "--operation-time", "50") : undefined;
    const existing = provider === "existing" ? { OFFSHOOT_EXISTING_URL: inject("serverUrl"), OFFSHOOT_EXISTING_CLONES: "true" } : {};
    project = await makeProject({ OFFSHOOT_PROVIDER: provider, ...mock?.env, ...existing });
  });
  afterAll(async () => {
    await project.remove();
    await mock?.stop();
  });

  async function upAt(run: string): Promise<string> {
    expect(await project.call(["up", "--run", run])).toMatchObject({ code: 0 });
    return urlOf(project, run);
  }

  test("refuses while another process uses the database, names it, and works with --force", async () => {
    const url = await upAt("used");
    await lockAt(url);
    const [holder] = await withSession(url, (session) =>
      session.query<{ pid: number }>(
        "select pid from pg_stat_activity where application_name = 'offshoot:usage' and datname = current_database()",
      ),
    );
    const refused = await project.call(["down", "--run", "used"]);
    expect(refused.code).toBe(14);
    expect(refused.stderr).toContain("was not deleted: a process uses it since ");
    expect(refused.stderr).toContain(`(server process ${holder?.pid})`);
    expect(refused.stderr).toMatch(/offshoot down --run used --force$/m);
    expect(await withSession(url, (session) => session.query("select to_regclass('offshoot.deletion') as marker"))).toEqual([
      { marker: null },
    ]);
    expect(await project.call(["down", "--run", "used", "--force"])).toMatchObject({ code: 0 });
    expect(await project.call(["down", "--run", "used"])).toMatchObject({ code: 0 });
  });

  test("refuses while another process migrates the database", async () => {
    const url = await upAt("migrated");
    const leader = await connect(url);
    await leader.query("select pg_advisory_lock(1868981875, hashtext('offshoot:readiness'))");
    const refused = await project.call(["down", "--run", "migrated"]);
    expect([refused.code, refused.stderr]).toEqual([14, expect.stringContaining("was not deleted: a process migrates it since ")]);
    await leader.close();
    expect(await project.call(["down", "--run", "migrated"])).toMatchObject({ code: 0 });
  });

  test("does not refuse because of sessions of other programs", async () => {
    const other = await connect(await upAt("open"));
    onTestFinished(() => other.close());
    expect(await project.call(["down", "--run", "open"])).toMatchObject({ code: 0 });
  });

  test("refuses while another process migrates a clone, and a clone is not deleted then", async () => {
    await upAt("cloned");
    const { stdout } = await project.call(["clone", "one", "--run", "cloned"]);
    const leader = await connect(stdout.trim());
    await leader.query("select pg_advisory_lock(1868981875, hashtext('offshoot:readiness'))");
    const refused = await project.call(["down", "--run", "cloned"]);
    expect([refused.code, refused.stderr]).toEqual([14, expect.stringContaining("a process migrates it since ")]);
    const kept = await project.call(["clone", "one", "--delete", "--run", "cloned"]);
    expect([kept.code, kept.stderr]).toEqual([14, expect.stringContaining("offshoot clone one --delete --run cloned --force")]);
    expect(await leader.query("select 1 as one")).toEqual([{ one: 1 }]);
    expect(await project.call(["clone", "one", "--delete", "--run", "cloned", "--force"])).toMatchObject({ code: 0 });
    await leader.close();
    expect(await project.call(["down", "--run", "cloned"])).toMatchObject({ code: 0 });
  });

  test("in a CI it waits for the end of those who use the database", async () => {
    expect(await project.call(["up", "--run", "ending"], { CI: "true" })).toMatchObject({ code: 0 });
    const url = await urlOf(project, "ending");
    const lock = await takeUsageLock(directUrl(url), new AbortController().signal, { isWanted: () => false });
    const ending = project.start(["down", "--run", "ending"], { CI: "true" });
    await ending.until("Waiting for its end");
    await lock?.close();
    expect(await ending.finished).toMatchObject({ code: 0 });
  });
});

describe("down beside offshoot run", () => {
  let project: Project;
  beforeAll(async () => {
    project = await makeProject({ OFFSHOOT_PROVIDER: "embedded" });
  });
  afterAll(() => project.remove());

  test("the library refuses too, until the run has ended", async () => {
    await project.write("wait.sh", "echo begun; until [ -e done ]; do sleep 0.1; done");
    const running = project.start(["run", "--run", "alive", "--", "sh", "wait.sh"]);
    await running.until("begun");
    const options = { cwd: project.directory, env: { ...project.env, OFFSHOOT_RUN: "alive" } };
    const thrown: unknown = await down(options).catch((error: unknown) => error);
    expect(isOffshootError(thrown) && [thrown.code, thrown.facts["users"]]).toEqual(["PROTECTED", 1]);
    await project.write("done", "");
    expect(await running.finished).toMatchObject({ code: 0 });
    expect((await down(options)).outcome).toBe("not-found");
  });
});
