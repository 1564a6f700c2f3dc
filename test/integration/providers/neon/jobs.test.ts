// @module-tag proof
import { afterEach, describe, expect, test } from "vitest";
import { type Finished, makeProject, type Project } from "../../../support/cli.ts";
import { type MockServer, startMock } from "../../../support/mock-server.ts";

/** The names of the mock are on this machine. offshoot does not pass this variable on, because it names another server. */
const PSQL_COUNT = `PGHOSTADDR=127.0.0.1 psql "$DATABASE_URL" -Atqc "select count(*) from ran"`;

const BRANCHES = "/projects/{project_id}/branches";
const TAG = `GET ${BRANCHES}/{branch_id}`;

let mock: MockServer | undefined;
let project: Project | undefined;
afterEach(async () => {
  await project?.remove();
  await mock?.stop();
});

interface MockProject {
  readonly project: Project;
  /** Calls so far, by `METHOD route` and status. */
  readonly calls: () => Promise<Record<string, Record<string, number>>>;
  readonly control: (method: string, path: string, body?: object) => Promise<unknown>;
  readonly branches: () => Promise<
    readonly { readonly id: string; readonly name: string; readonly deleted: boolean; readonly expires_at?: string }[]
  >;
}

async function startMockProject(flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<MockProject> {
  const server = await startMock("--postgres", "--operation-time", "200", ...flags);
  mock = server;
  const made = await makeProject({
    OFFSHOOT_PROVIDER: "neon",
    ...server.env,
    ...env,
  });
  project = made;
  return {
    project: made,
    control: (method, path, body) => server.control(method, path, body),
    calls: async () => ((await server.control("GET", "calls")) as { counts: Record<string, Record<string, number>> }).counts,
    branches: async () => ((await server.control("GET", "state")) as { branches: [] }).branches,
  };
}

const failures = (all: readonly Finished[]): readonly string[] => all.filter(({ code }) => code !== 0).map(({ stderr }) => stderr);

const upTwenty = (own: Project): Promise<Finished[]> => Promise.all(Array.from({ length: 20 }, () => own.offshoot(["up", "--json"])));

describe("twenty simultaneous processes of one run", () => {
  test("create one branch with one successful POST", { tags: "proof" }, async () => {
    const { project: own, calls, branches } = await startMockProject();
    const all = await upTwenty(own);
    expect(failures(all)).toEqual([]);
    const said = all.map(({ stdout }) => JSON.parse(stdout) as { id: string; created: boolean });
    expect(new Set(said.map(({ id }) => id)).size).toBe(1);
    expect(said.filter(({ created }) => created)).toHaveLength(1);
    expect((await calls())[`POST ${BRANCHES}`]?.["201"]).toBe(1);
    expect((await branches()).filter(({ name }) => name.startsWith("offshoot/"))).toHaveLength(1);
  });

  test("create one branch even if 30 % of the replies are lost after the work", { tags: "proof" }, async () => {
    const { project: own, control, branches } = await startMockProject();
    await control("POST", "faults", { drop: "after", probability: 0.3, seed: 11, times: -1 });
    const all = await upTwenty(own);
    expect(failures(all)).toEqual([]);
    expect(new Set(all.map(({ stdout }) => (JSON.parse(stdout) as { id: string }).id)).size).toBe(1);
    const ours = (await branches()).filter(({ name, deleted }) => name.startsWith("offshoot/") && !deleted);
    expect(ours).toMatchObject([{ expires_at: expect.any(String) }]);
    await control("DELETE", "faults");
  });
});

describe("the first `offshoot up` of a run", () => {
  test("sends one API call, and one that reads the owner tag", async () => {
    const { project: own, calls } = await startMockProject();
    expect(failures([await own.offshoot(["up"])])).toEqual([]);
    expect(await calls()).toEqual({ [`POST ${BRANCHES}`]: { 201: 1, total: 1 }, [TAG]: { 200: 1, total: 1 } });
  });

  test("sends one more API call if the parent has several roles", { tags: "proof" }, async () => {
    const { project: own, calls } = await startMockProject(["--roles", "3"]);
    expect(failures([await own.offshoot(["up"])])).toEqual([]);
    const { [`POST ${BRANCHES}`]: posts, "GET /projects/{project_id}/connection_uri": uris, [TAG]: _tag, ...others } = await calls();
    expect([posts?.["total"], uris?.["total"], others]).toEqual([1, 1, {}]);
  });
});

describe("a whole run on Neon", () => {
  const MIGRATE = `psql "$DATABASE_URL" -qc "create table if not exists ran (at timestamptz default now()); insert into ran default values"`;

  test("migrates, runs the command with the URLs, and leaves no branch behind", async () => {
    const { project: own, branches } = await startMockProject();
    await own.write("offshoot.yaml", `migrations:\n  command: ${JSON.stringify(MIGRATE)}\n  files: [offshoot.yaml]\n`);
    const ended = await own.offshoot(["run", "--", "sh", "-c", PSQL_COUNT]);
    expect(failures([ended])).toEqual([]);
    expect(ended.stdout.trim()).toBe("1");
    expect((await branches()).filter(({ name, deleted }) => name.startsWith("offshoot/") && !deleted)).toEqual([]);
  });

  test("migrates a base once, and later runs start from it without migrations", { tags: "proof" }, async () => {
    const { project: own, branches } = await startMockProject();
    await own.write("offshoot.yaml", `base: true\nmigrations:\n  command: ${JSON.stringify(MIGRATE)}\n  files: [offshoot.yaml]\n`);
    const count = ["sh", "-c", PSQL_COUNT];
    const all = await Promise.all(["a", "b", "c"].map((run) => own.offshoot(["run", "--run", run, "--", ...count])));
    expect(failures(all)).toEqual([]);
    expect(all.map(({ stdout }) => stdout.trim())).toEqual(["1", "1", "1"]);
    const late = await own.offshoot(["run", "--run", "d", "--", ...count]);
    expect([late.code, late.stdout.trim()]).toEqual([0, "1"]);
    expect(late.stderr).toContain("from its base");
    const left = (await branches()).filter(({ name, deleted }) => name.startsWith("offshoot/") && !deleted);
    expect(left.map(({ name }) => name)).toEqual([expect.stringMatching(/^offshoot\/base\/[0-9a-f]{16}$/)]);
    expect(left[0]?.expires_at).toBeUndefined();
  });

  test("never prints the key or a password", { tags: "proof" }, async () => {
    const { project: own, control } = await startMockProject();
    const first = await own.offshoot(["up"]);
    await control("POST", "faults", { method: "DELETE", status: 422, message: "cannot delete", times: 1 });
    const all = [
      first,
      await own.offshoot(["down"]),
      await own.offshoot(["doctor"]),
      await own.offshoot(["up"], { NEON_API_KEY: "other-key-123" }),
    ];
    const text = all.map(({ stdout, stderr }) => stdout + stderr).join("\n");
    expect(all.map(({ code }) => code)).toEqual([0, 14, 0, 13]);
    expect(text).not.toContain(own.env["NEON_API_KEY"]);
    expect(text).not.toContain("other-key-123");
    expect(text).not.toMatch(/npg_/);
  });

  test("falls back if the key is a placeholder and the CI withholds secrets", { tags: "proof" }, async () => {
    const { project: own, branches } = await startMockProject([], { OFFSHOOT_PROVIDER: "neon,embedded" });
    const fork = {
      NEON_API_KEY: "placeholder",
      BUILDKITE: "true",
      BUILDKITE_PULL_REQUEST: "7",
      BUILDKITE_PULL_REQUEST_REPO: "git://host/fork/shop.git",
      BUILDKITE_REPO: "git@host:acme/shop.git",
    };
    const ended = await own.offshoot(["up", "--json"], fork);
    expect(failures([ended])).toEqual([]);
    expect(JSON.parse(ended.stdout)).toMatchObject({ provider: "embedded" });
    expect(ended.stderr).toContain("placeholder");
    expect((await branches()).filter(({ name }) => name.startsWith("offshoot/"))).toEqual([]);
    expect(failures([await own.offshoot(["down"], fork)])).toEqual([]);
  });
});
