// @module-tag proof
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Api, createApiClient, EndpointType } from "@neondatabase/api-client";
import { createPatch } from "diff";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MockServer, startMock, verified } from "../../../support/mock-server.ts";
import { findPeer } from "../../../support/peers.ts";
import { withSession } from "../../../support/session.ts";

// Two of Neon's actions are bundles outside of npm: their calls, in their order, are repeated here with the client that they
// use (create-branch-action fb620d4, schema-diff-action d324284). The two others are shell scripts around `neonctl` (delete-branch-action
// aed9ab1, reset-branch-action 82f449c): their commands are run.

const run = promisify(execFile);
const neonctl = findPeer("neonctl-2");

let mock: MockServer;
let home: string;
let api: Api<unknown>;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "offshoot-neon-actions-"));
  mock = await startMock("--postgres", "--operation-time", "100");
  api = createApiClient({ apiKey: mock.apiKey, baseURL: mock.url, timeout: 10_000 });
});

afterAll(async () => {
  await mock.stop();
  await rm(home, { recursive: true, force: true });
});

/** What create-branch-action does to get a branch and its URL. */
async function createAction(name: string): Promise<{ readonly id: string; readonly url: string; readonly created: boolean }> {
  const { projectId } = mock;
  const listed = await api.listProjectBranches({ projectId, search: name, limit: 10_000 });
  const existing = listed.data.branches.find((branch) => branch.name === name || branch.id === name);
  const { id } =
    existing ??
    (
      await api.createProjectBranch(projectId, {
        endpoints: [{ type: EndpointType.ReadWrite, suspend_timeout_seconds: 0 }],
        branch: { name },
        annotation_value: { "github-commit-repo": "acme/shop" },
      })
    ).data.branch;
  const { data: endpoints } = await api.listProjectBranchEndpoints(projectId, id);
  const endpoint = endpoints.endpoints.find(({ type }) => type === EndpointType.ReadWrite);
  await api.getProjectBranchDatabase(projectId, id, "neondb");
  await api.getProjectBranchRole(projectId, id, "neondb_owner");
  const { data: secret } = await api.getProjectBranchRolePassword(projectId, id, "neondb_owner");
  const url = new URL(`postgresql://${endpoint?.host}`);
  Object.assign(url, { pathname: "neondb", username: "neondb_owner", password: secret.password });
  url.searchParams.set("sslmode", "require");
  return { id, url: url.href, created: existing === undefined };
}

/** What schema-diff-action writes in its comment. */
async function diffAction(compared: string, base?: string): Promise<string> {
  const { data } = await api.listProjectBranches({ projectId: mock.projectId });
  const named = (name: string) => data.branches.find((branch) => branch.id === name || branch.name === name);
  const compare = named(compared);
  const baseBranch = named(base ?? compare?.parent_id ?? "");
  const schema = async (branchId = "") =>
    (await api.getProjectBranchSchema({ projectId: mock.projectId, branchId, db_name: "neondb" })).data.sql ?? "";
  const [after, before] = [await schema(compare?.id), await schema(baseBranch?.id)];
  return after === before ? "" : createPatch("neondb-schema.sql", before, after, `Branch ${baseBranch?.name}`, `Branch ${compare?.name}`);
}

async function neonctlRun(...args: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    CI: "true",
    NEON_API_KEY: mock.apiKey,
    NEON_API_HOST: mock.url,
    ...mock.machine,
    NODE_EXTRA_CA_CERTS: mock.rootFile,
  };
  const flags = ["--project-id", mock.projectId, "--no-analytics", "--config-dir", home];
  return (await run(process.execPath, [neonctl ?? "", ...args, ...flags], { env, cwd: home })).stdout;
}

const query = <Row>(url: string, sql: string): Promise<Row[]> =>
  withSession(verified(url, mock.rootFile), (session) => session.query(sql)) as Promise<Row[]>;

test("create-branch-action gets a branch that answers, and the same branch when it runs again", async () => {
  const first = await createAction("preview/pr-1");
  expect(first.created).toBe(true);
  expect(await query(first.url, "select 1 as one")).toEqual([{ one: 1 }]);
  expect(await createAction("preview/pr-1")).toEqual({ ...first, created: false });
});

test("create-branch-action gets the addresses of Neon Auth and of the Data API, and 404 without them", async () => {
  const { id } = await createAction("preview/pr-2");
  await expect(api.getNeonAuth(mock.projectId, id)).rejects.toMatchObject({ response: { status: 404 } });
  await expect(api.getProjectBranchDataApi(mock.projectId, id, "neondb")).rejects.toMatchObject({ response: { status: 404 } });
  await fetch(`${mock.plainUrl}/projects/${mock.projectId}/branches/${id}/data-api/neondb`, {
    method: "POST",
    headers: { authorization: `Bearer ${mock.apiKey}` },
  });
  expect((await api.getProjectBranchDataApi(mock.projectId, id, "neondb")).data.url).toContain(id);
});

test("schema-diff-action shows what a branch changed, and nothing for equal schemas", async () => {
  const { url } = await createAction("preview/pr-3");
  expect(await diffAction("preview/pr-3")).toBe("");
  await query(url, "create table invoices (id int primary key, total numeric not null)");
  expect(await diffAction("preview/pr-3")).toContain("+CREATE TABLE public.invoices (");
  expect(await diffAction("main", "preview/pr-3")).toContain("-CREATE TABLE public.invoices (");
});

describe.runIf(neonctl !== undefined)("with neonctl 2.22", () => {
  test("reset-branch-action gives a branch the state of its parent, under the same URL", async () => {
    const { id, url } = await createAction("preview/pr-4");
    await query(url, "create table leftovers (id int)");
    const reset = JSON.parse(await neonctlRun("branches", "reset", "preview/pr-4", "--parent", "--output", "json")) as { id: string };
    expect(reset.id).toBe(id);
    const connection = JSON.parse(await neonctlRun("cs", id, "--ssl", "require", "--extended", "-o", "json")) as Record<string, string>;
    expect(new URL(connection["connection_string"] ?? "").host).toBe(new URL(url).host);
    await expect
      .poll(() => query(url, "select to_regclass('leftovers') as found").catch(() => "not yet"), { timeout: 20_000 })
      .toEqual([{ found: null }]);
  });

  test("delete-branch-action deletes a branch by its name, and fails when it does not exist", async () => {
    await createAction("preview/pr-5");
    await neonctlRun("branches", "delete", "preview/pr-5");
    expect((await mock.branches()).map(({ name }) => name)).not.toContain("preview/pr-5");
    await mock.control("POST", "clock", { advanceMs: 1_000 });
    await expect(neonctlRun("branches", "delete", "preview/pr-5")).rejects.toMatchObject({ code: 1 });
  });
});

test("got only replies that match Neon's OpenAPI text", async () => {
  expect(await mock.control("GET", "violations")).toEqual([]);
});
