// @module-tag proof
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import { connect, withSession } from "../../support/session.ts";

async function urlOf(project: Project): Promise<string> {
  const { stdout } = await project.call(["env", "--json"]);
  return (JSON.parse(stdout) as { readonly DATABASE_URL_UNPOOLED: string }).DATABASE_URL_UNPOOLED;
}

const write = (url: string, value: string): Promise<unknown> =>
  withSession(url, (session) => session.query(`drop table if exists kept; create table kept as select '${value}' as value`));
const read = async (url: string): Promise<unknown> => {
  const [row] = await withSession(url, (session) => session.query("select value from kept"));
  return row?.["value"];
};

describe.each(["embedded", "neon"])("snapshot and restore on %s", (provider) => {
  let mock: MockServer | undefined;
  let project: Project;
  beforeAll(async () => {
    mock = provider === "neon" ? await startMock("--postgres", "--operation-time", "50") : undefined;
    await mock?.control("POST", "switches", { snapshotsOfChildren: true });
    project = await makeProject({ OFFSHOOT_PROVIDER: provider, ...mock?.env });
    await project.call(["up"]);
  });
  afterAll(async () => {
    await project.remove();
    await mock?.stop();
  });

  test("a stored state comes back under the same URL, and `down` deletes the snapshot too", async () => {
    const url = await urlOf(project);
    await write(url, "stored");
    const stored = await project.call(["snapshot", "before-import", "--json"]);
    expect([stored.code, stored.stderr]).toEqual([0, expect.anything()]);
    expect(JSON.parse(stored.stdout)).toMatchObject({ version: 1, provider, name: "before-import" });
    await write(url, "lost");
    const restored = await project.call(["restore", "before-import", "--json"]);
    expect([restored.code, restored.code === 0 ? "" : restored.stderr]).toEqual([0, ""]);
    expect(JSON.parse(restored.stdout)).toMatchObject({ version: 1, provider, snapshot: "before-import", sameUrl: true });
    expect(await urlOf(project)).toBe(url);
    expect(await read(url)).toBe("stored");
    const { stdout } = await project.call(["snapshot", "--list"]);
    expect(stdout).toMatch(new RegExp(`^${provider} +before-import +stored at [\\d-]+ [\\d:]+ UTC +expires at [\\d-]+ [\\d:]+ UTC\\n$`));
    expect(await project.call(["down"])).toMatchObject({ code: 0 });
    expect((await project.call(["snapshot", "--list"])).stdout).toBe("no snapshots\n");
    expect((await project.call(["list"])).stdout).toBe("no databases\n");
    await project.call(["up"]);
  });

  test("a taken name is an error, and --replace stores the new state", async () => {
    const url = await urlOf(project);
    await write(url, "first");
    await project.call(["snapshot", "again"]);
    await write(url, "second");
    const taken = await project.call(["snapshot", "again"]);
    expect(taken.code).toBe(2);
    expect(taken.stderr).toMatch(
      /The run test has a snapshot again already, from .*\n.*nothing was stored\.\n.*offshoot snapshot again --replace --run test/,
    );
    expect(await project.call(["snapshot", "again", "--replace"])).toMatchObject({ code: 0 });
    await write(url, "third");
    await project.call(["restore", "again"]);
    expect(await read(url)).toBe("second");
    expect(await project.call(["snapshot", "again", "--delete"])).toMatchObject({ code: 0, stdout: "deleted  again\n" });
    expect(await project.call(["snapshot", "again", "--delete"])).toMatchObject({ code: 0, stdout: "not-found  again\n" });
  });

  test("an unknown snapshot is an error with the names that exist", async () => {
    await project.call(["snapshot", "seeded"]);
    const { code, stderr } = await project.call(["restore", "seded"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/The run test has no snapshot seded\. Did you mean seeded\?\n +Its snapshots: seeded\./);
    await project.call(["snapshot", "seeded", "--delete"]);
  });
});

describe("a local server", () => {
  test("copies a database only while nobody is connected, unless it is forced to end the sessions", async () => {
    const project = await makeProject();
    onTestFinished(() => project.remove());
    await project.call(["up"]);
    const url = await urlOf(project);
    await write(url, "stored");
    const session = await connect(url);
    onTestFinished(() => session.close());
    const refused = await project.call(["snapshot", "busy"]);
    expect([refused.code, refused.stderr]).toEqual([14, expect.stringContaining("sessions are open in it")]);
    expect(JSON.parse((await project.call(["list", "--json"])).stdout)).toHaveLength(1);
    expect(await project.call(["snapshot", "busy", "--force"])).toMatchObject({ code: 0 });
  });

  test("stores a snapshot during `offshoot run`, although that has a session of its own", async () => {
    const project = await makeProject();
    onTestFinished(() => project.remove());
    const script = `"$NODE" "$BIN" snapshot inside --quiet && "$NODE" "$BIN" snapshot --list`;
    const env = { NODE: process.execPath, BIN: new URL("../../../bin/offshoot.js", import.meta.url).pathname };
    const { code, stdout, stderr } = await project.offshoot(["run", "--", "sh", "-c", script], env);
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    expect(stdout).toContain("inside");
    expect((await project.call(["list"])).stdout).toBe("no databases\n");
  });
});

test("a server of somebody else stores no snapshots, and says what to do instead", async () => {
  const project = await makeProject({
    OFFSHOOT_PROVIDER: "existing",
    OFFSHOOT_EXISTING_URL: inject("serverUrl"),
    OFFSHOOT_RUN: "snapshot-existing",
  });
  onTestFinished(() => project.remove());
  await project.call(["up"]);
  for (const command of ["snapshot", "restore"]) {
    const { code, stderr } = await project.call([command, "before"]);
    expect([code, stderr]).toEqual([13, expect.stringContaining("The provider existing stores no snapshots")]);
  }
});
