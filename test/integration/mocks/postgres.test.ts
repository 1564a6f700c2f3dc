import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { createApiClient } from "@neondatabase/api-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, withSession } from "../../support/session.ts";
import { waitUntilReady } from "../../../src/postgres/ready.ts";
import { deadline } from "../../../src/deadline.ts";
import { type MockServer, startMock, verified } from "../../support/mock-server.ts";

let mock: MockServer;
let mainUrl: string;

const api = () => createApiClient({ apiKey: mock.apiKey, baseURL: mock.url, timeout: 30_000 });

const uriOf = async (branchId?: string): Promise<string> => {
  const of = branchId === undefined ? {} : { branch_id: branchId };
  const { data } = await api().getConnectionUri({ projectId: mock.projectId, database_name: "neondb", role_name: "neondb_owner", ...of });
  return verified(data.uri, mock.rootFile);
};

/** A branch with a running compute: its ids and both URLs. */
async function branch(name: string, options: { parent_id?: string; init_source?: string; protected?: boolean } = {}) {
  const { data } = await api().createProjectBranch(mock.projectId, {
    branch: { name, ...options },
    endpoints: [{ type: "read_write" as never }],
  });
  const [uri] = data.connection_uris ?? [];
  if (uri === undefined) throw new Error("The reply has no connection string.");
  const url = verified(uri.connection_uri, mock.rootFile);
  await waitUntilReady(url, deadline("the branch", 60_000));
  const { host, pooler_host: poolerHost } = uri.connection_parameters;
  return { id: data.branch.id, endpointId: data.endpoints[0]?.id ?? "", url, pooled: url.replace(host, poolerHost) };
}

const one = async (url: string, sql: string): Promise<unknown> => {
  const rows = await withSession(url, (session) => session.query<{ value: unknown }>(sql));
  return rows[0]?.value;
};

/** Repeats a call until no operation of the branch blocks it. */
const whenFree = async <T>(call: () => Promise<T>): Promise<T> => {
  for (let tries = 0; ; tries++) {
    try {
      return await call();
    } catch (thrown) {
      const locked = (thrown as { response?: { status?: number } }).response?.status === 423;
      if (!locked || tries > 300) throw thrown;
      await pause(50);
    }
  }
};

beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "100");
  mainUrl = await uriOf();
});

afterAll(async () => {
  await mock.stop();
});

describe("a branch of the mock with a Postgres server", () => {
  test("shows its ids over the direct and the pooled address", async () => {
    const made = await branch("names");
    expect(made.pooled).not.toBe(made.url);
    for (const url of [made.url, made.pooled]) {
      expect(await one(url, "select current_setting('neon.branch_id', true) as value")).toBe(made.id);
      expect(await one(url, "select current_setting('neon.endpoint_id', true) as value")).toBe(made.endpointId);
      expect(await one(url, "select current_setting('neon.project_id', true) as value")).toBe(mock.projectId);
    }
    expect(await one(made.url, "select rolsuper as value from pg_roles where rolname = current_user")).toBe(false);
  });

  test("is a copy of a parent during writes, and is independent afterwards", async () => {
    await one(mainUrl, "create table written (n bigint primary key)");
    const writer = await connect(mainUrl);
    const ending = new AbortController();
    const writing = (async () => {
      for (let n = 0; !ending.signal.aborted; n++) await writer.query("insert into written values ($1)", [n]);
    })();
    const copies = await Promise.all(["copy-1", "copy-2", "copy-3"].map((name) => branch(name)));
    ending.abort();
    await writing;
    await writer.close();
    for (const { url } of copies) {
      expect(await one(url, "select count(*) = max(n) + 1 and count(*) > 0 as value from written")).toBe(true);
      await one(url, "insert into written values (-1)");
    }
    expect(await one(mainUrl, "select count(*)::int as value from written where n = -1")).toBe(0);
  });

  test("starts a suspended or killed compute at the next connection", async () => {
    const made = await branch("suspended");
    await one(made.url, "create table kept as select 1 as n");
    for (const act of ["suspend", "kill"]) {
      const session = await connect(made.url);
      await mock.control("POST", `computes/${made.endpointId}/${act}`);
      await expect(session.query("select 1")).rejects.toBeInstanceOf(Error);
      await session.close();
      expect((await api().getProjectEndpoint(mock.projectId, made.endpointId)).data.endpoint.current_state).toBe("idle");
      expect(await one(made.url, "select n as value from kept")).toBe(1);
      expect((await api().getProjectEndpoint(mock.projectId, made.endpointId)).data.endpoint.current_state).toBe("active");
    }
  });

  test("has the roles, passwords and databases of the API on its Postgres server", async () => {
    const made = await branch("roles");
    const { data } = await whenFree(() => api().createProjectBranchRole(mock.projectId, made.id, { role: { name: "reader" } }));
    const readerUrl = made.url.replace(/\/\/[^@]+@/, `//reader:${data.role.password}@`);
    await waitUntilReady(readerUrl, deadline("the role", 30_000), { isPassing: () => true });
    const database = { database: { name: "extra", owner_name: "reader" } };
    await whenFree(() => api().createProjectBranchDatabase(mock.projectId, made.id, database));
    await waitUntilReady(readerUrl.replace("/neondb", "/extra"), deadline("the database", 30_000), { isPassing: () => true });
    await whenFree(() => api().resetProjectBranchRolePassword(mock.projectId, made.id, "reader"));
    await whenFree(() => api().createProjectBranchRole(mock.projectId, made.id, { role: { name: "later" } }));
    await expect(one(readerUrl, "select 1 as value")).rejects.toMatchObject({ code: "28P01" });
  });

  test("rejects the password of its protected parent", async () => {
    const guarded = await branch("guarded", { protected: true });
    const child = await branch("child-of-guarded", { parent_id: guarded.id });
    const password = new URL(guarded.url).password;
    expect(new URL(child.url).password).not.toBe(password);
    await expect(one(child.url.replace(new URL(child.url).password, password), "select 1 as value")).rejects.toMatchObject({
      code: "28P01",
    });
  });

  test("starts with the schema and without rows when init_source is schema-only", async () => {
    await one(mainUrl, "create table filled as select generate_series(1, 10) as n");
    const made = await branch("empty", { init_source: "schema-only" });
    expect(await one(made.url, "select count(*)::int as value from filled")).toBe(0);
  });

  test("is restored to the current state of its parent, and its old state is kept under another name", async () => {
    const made = await branch("restored");
    await one(made.url, "create table mine as select 1 as n");
    await one(mainUrl, "create table theirs as select 2 as n");
    const { data: main } = await api().getProjectBranch(mock.projectId, made.id);
    const request = { source_branch_id: main.branch.parent_id ?? "", preserve_under_name: "before" };
    await whenFree(() => api().restoreProjectBranch(mock.projectId, made.id, request));
    expect(await one(made.url, "select n as value from theirs")).toBe(2);
    await expect(one(made.url, "select n as value from mine")).rejects.toMatchObject({ code: "42P01" });
    const kept = (await api().listProjectBranches({ projectId: mock.projectId, search: "before" })).data.branches[0];
    await whenFree(() =>
      api().createProjectEndpoint(mock.projectId, { endpoint: { branch_id: kept?.id ?? "", type: "read_write" as never } }),
    );
    expect(await one(await uriOf(kept?.id), "select n as value from mine")).toBe(1);
  });

  test("ends its open sessions when it is deleted", async () => {
    const made = await branch("doomed");
    const session = await connect(made.url);
    await whenFree(() => api().deleteProjectBranch({ projectId: mock.projectId, branchId: made.id }));
    for (let tries = 0; tries < 300 && !session.lost.aborted; tries++) await pause(50);
    expect(session.lost.aborted).toBe(true);
    await session.close();
    await expect(one(made.url, "select 1 as value")).rejects.toThrow("The requested endpoint could not be found");
  });
});

describe("the mock with Postgres servers", () => {
  test("leaves neither data nor servers when it ends", { tags: "proof" }, async () => {
    const other = await startMock("--postgres");
    const state = (await other.control("GET", "state")) as { home: string };
    expect(existsSync(state.home)).toBe(true);
    expect(await other.stop()).toBe(0);
    expect(existsSync(state.home)).toBe(false);
  });

  test("removes the data of a killed mock when the next mock starts", { tags: "proof" }, async () => {
    const killed = await startMock("--postgres");
    const { home } = (await killed.control("GET", "state")) as { home: string };
    const url = await uriOf();
    killed.child.kill("SIGKILL");
    await once(killed.child, "exit");
    expect(existsSync(home)).toBe(true);
    const next = await startMock("--postgres");
    expect(existsSync(home)).toBe(false);
    await next.stop();
    // The data of the mock that still runs is kept.
    expect(await one(url, "select 1 as value")).toBe(1);
  });

  test("sent only replies that match Neon's OpenAPI text in the tests of this file", async () => {
    expect(await mock.control("GET", "violations")).toEqual([]);
  });
});
