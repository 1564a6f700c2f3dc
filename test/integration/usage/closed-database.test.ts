// @module-tag proof
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { startMock } from "../../support/mock-server.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** A migration cannot forbid connections to the database in which it runs, so it does that from another one. */
const MIGRATE = [
  "name=${DATABASE_URL##*/}",
  String.raw`psql -X -q -v ON_ERROR_STOP=1 "${"$"}{DATABASE_URL%/*}/postgres" -c "alter database \"${"$"}{name%%\?*}\" $(cat change)"`,
].join("\n");
const CONFIG = "migrations:\n  command: bash migrate.sh\n  files: [change]\n  fence: off\nbase: false\n";

describe.each(["embedded", "existing"])("run on %s", (provider) => {
  let project: Project;
  beforeAll(async () => {
    const existing = provider === "existing" ? { OFFSHOOT_EXISTING_URL: inject("serverUrl") } : {};
    project = await makeProject({ OFFSHOOT_PROVIDER: provider, ...existing });
  });
  afterAll(() => project.remove());

  async function closeBy(change: string): Promise<void> {
    await project.write("change", change);
    await project.write("migrate.sh", MIGRATE);
    await project.write("offshoot.yaml", CONFIG);
  }

  const listed = async (): Promise<readonly string[]> => {
    const entries = JSON.parse((await project.call(["list", "--json"])).stdout) as readonly { readonly run: string | null }[];
    // Other tests use the same server.
    return entries.flatMap(({ run }) => (run === "closed" ? [run] : []));
  };

  test.each([
    ["allow_connections false", 13],
    ["connection limit 0", 0],
    ["is_template true", 0],
  ])("deletes a database whose migration sets %s", async (what, expected) => {
    await closeBy(what);
    const { code, stderr } = await project.call(["run", "--run", "closed", "--", "true"]);
    expect([code, code === expected ? "" : stderr]).toEqual([expected, ""]);
    expect(stderr).not.toContain("may still exist");
    expect(await listed()).toEqual([]);
  });

  test("a database that refuses sessions is an error with what to do, in `up` and `run`", async () => {
    await project.write("offshoot.yaml", "migrations:\n  tool: none\n");
    expect((await project.call(["up", "--run", "closed"])).code).toBe(0);
    await closeBy("allow_connections false");
    await project.call(["migrate", "--run", "closed"]);
    for (const command of [["up"], ["run"]]) {
      const { code, stderr } = await project.call([...command, "--run", "closed", ...(command[0] === "run" ? ["--", "true"] : [])]);
      expect(code).toBe(13);
      expect(stderr).toContain("is not currently accepting connections.");
      expect(stderr).toContain("allow_connections true");
      expect(stderr).not.toContain("unexpected error");
    }
    expect((await project.call(["down", "--run", "closed"])).code).toBe(0);
  });

  test("keeps a database that another run still uses", async () => {
    await project.write("offshoot.yaml", "migrations:\n  tool: none\n");
    const user = project.start(["run", "--run", "closed", "--", "sh", "-c", "echo begun; until [ -e done ]; do sleep 0.2; done"]);
    onTestFinished(() => void user.child.kill());
    await user.until("begun");
    await closeBy("allow_connections false");
    const { code } = await project.call(["run", "--run", "closed", "--", "true"]);
    expect(code).not.toBe(0);
    expect(await listed()).toEqual(["closed"]);
    await project.write("done", "");
    expect(await user.finished).toMatchObject({ code: 0 });
    expect(await listed()).toEqual([]);
  });
});

/** As above, without psql, which cannot resolve the names of the mock's computes from a URL. */
const CLOSE = `import pg from ${JSON.stringify(import.meta.resolve("pg"))};
  const url = new URL(process.env.DATABASE_URL);
  const name = url.pathname.slice(1);
  url.pathname = "/postgres";
  url.search = "";
  const client = new pg.Client({ connectionString: url.href, ssl: { rejectUnauthorized: false } });
  await client.connect();
  await client.query("alter database " + name + " allow_connections false");
  await client.end();`;

test("run on Neon deletes a branch whose migration forbids connections, and keeps it while another run uses it", async () => {
  const mock = await startMock("--postgres", "--operation-time", "50");
  const project = await makeProject({ ...mock.env, OFFSHOOT_PROVIDER: "neon" });
  const names = async (): Promise<readonly string[]> =>
    (await mock.branches()).map(({ name }) => name).filter((name) => name.includes("/closed"));
  try {
    await project.write("close.mjs", CLOSE);
    const closing = "migrations:\n  command: node close.mjs\n  files: [close.mjs]\n  fence: off\nbase: false\n";
    await project.write("offshoot.yaml", closing);
    const alone = await project.offshoot(["run", "--run", "closed", "--", "true"]);
    expect(alone.stderr).not.toContain("may still exist");
    expect(alone.code).toBe(13);
    expect(await names()).toEqual([]);

    await project.write("offshoot.yaml", "migrations:\n  tool: none\n");
    const user = project.start(["run", "--run", "closed", "--", "sh", "-c", "echo begun; until [ -e done ]; do sleep 0.2; done"]);
    onTestFinished(() => void user.child.kill());
    await user.until("begun");
    await project.write("offshoot.yaml", closing);
    const second = await project.offshoot(["run", "--run", "closed", "--", "true"]);
    expect(second.code).not.toBe(0);
    expect(await names()).toHaveLength(1);
    await project.write("done", "");
    expect(await user.finished).toMatchObject({ code: 0 });
    expect(await names()).toEqual([]);
  } finally {
    await project.remove();
    await mock.stop();
  }
});
