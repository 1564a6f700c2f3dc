// @module-tag proof
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withSession } from "../../../support/session.ts";
import { type MockServer, startMock, verified } from "../../../support/mock-server.ts";
import { findPeer } from "../../../support/peers.ts";

const run = promisify(execFile);
const cli = findPeer("neon-cli");
const older = findPeer("neonctl");
const psql = findPeer("psql");

let mock: MockServer;
let home: string;

beforeAll(async () => {
  if (cli === undefined) return;
  home = await mkdtemp(join(tmpdir(), "offshoot-neon-cli-"));
  mock = await startMock("--postgres", "--operation-time", "100");
});

afterAll(async () => {
  if (cli === undefined) return;
  await mock.stop();
  await rm(home, { recursive: true, force: true });
});

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of Neon's CLI against the mock, without the settings of this user. */
async function neon(args: readonly string[], program = cli): Promise<Ended> {
  const flags = ["--api-host", mock.url, "--no-analytics", "--config-dir", home];
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    CI: "true",
    NEON_API_KEY: mock.apiKey,
    ...mock.machine,
    NODE_EXTRA_CA_CERTS: mock.rootFile,
  };
  try {
    const { stdout, stderr } = await run(process.execPath, [program ?? "", ...args, ...flags], { env, cwd: home });
    return { status: 0, stdout, stderr };
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

const branches = (...args: readonly string[]): Promise<Ended> =>
  neon(["branches", ...args, "--project-id", mock.projectId, "--output", "json"]);

const snapshots = (...args: readonly string[]): Promise<Ended> =>
  neon(["snapshots", ...args, "--project-id", mock.projectId, "--output", "json"]);

const json = (ended: Ended): Record<string, unknown> => JSON.parse(ended.stdout) as Record<string, unknown>;

describe.runIf(cli !== undefined)("Neon's own CLI with the mock", () => {
  test("finds the only project by itself", async () => {
    const { stdout, status } = await neon(["branches", "list", "--output", "json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ name: "main", default: true }]);
  });

  test("creates, reads and renames a branch, and sets its expiry", async () => {
    const created = json(await branches("create", "--name", "first", "--annotation", '{"owner":"x"}'));
    expect(created).toMatchObject({
      branch: { name: "first" },
      connection_uris: [{ connection_uri: expect.stringContaining(".aws.neon.test") }],
    });
    expect(json(await branches("get", "first"))).toMatchObject({ name: "first" });
    expect(json(await branches("rename", "first", "second"))).toMatchObject({ name: "second" });
    const expiresAt = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000).toISOString();
    const expiring = json(await branches("set-expiration", "second", "--expires-at", expiresAt));
    expect(expiring).toMatchObject({ expires_at: expiresAt.replace(".000Z", "Z") });
  });

  test("prints a connection string that pg and psql can use", async () => {
    await branches("create", "--name", "connected");
    const { stdout } = await neon(["connection-string", "connected", "--project-id", mock.projectId]);
    expect(stdout).toContain("sslmode=require&channel_binding=require");
    const rows = await withSession(verified(stdout.trim(), mock.rootFile), (session) =>
      session.query("select current_setting('neon.branch_id', true) as id"),
    );
    expect(rows).toEqual([{ id: json(await branches("get", "connected"))["id"] }]);
    if (psql === undefined) return;
    const question = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    const { stdout: answer } = await run(psql, [stdout.trim(), "-Atc", question], { env: { ...process.env, ...mock.machine } });
    expect(answer.trim()).toBe("t");
  });

  test("resets and restores a branch", async () => {
    await branches("create", "--name", "restored");
    const reset = json(await branches("reset", "restored", "--parent"));
    expect(reset["last_reset_at"]).toBeDefined();
    await neon(["operations", "list", "--project-id", mock.projectId]);
    const restored = json(await branches("restore", "restored", "main", "--preserve-under-name", "before"));
    expect(restored).toMatchObject({ restored_branch: { name: "restored" } });
    expect(json(await branches("get", "before"))).toMatchObject({ name: "before" });
  });

  test("prints Neon's errors for the statuses 409, 404 and 422", async () => {
    await branches("create", "--name", "taken", "--no-compute");
    expect(await branches("create", "--name", "taken")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('ERROR: branch already exists; branch_name:"taken"'),
    });
    expect(await branches("get", "br-no-such-branch")).toMatchObject({ status: 1, stderr: expect.stringContaining("branch not found") });
    expect(await branches("delete", "main")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("cannot delete the default branch"),
    });
  });

  test("deletes a branch, and does not find it afterwards", async () => {
    await branches("create", "--name", "doomed", "--no-compute");
    expect((await branches("delete", "doomed")).status).toBe(0);
    await mock.control("POST", "clock", { advanceMs: 1_000 });
    expect(await branches("delete", "doomed")).toMatchObject({ status: 1, stderr: expect.stringContaining("Branch doomed not found") });
  });

  test("fails with a wrong key", async () => {
    const ended = await neon(["projects", "list", "--api-key", "napi_wrong"]);
    expect(ended.status).toBe(1);
  });

  test("lists and creates projects, and reads settings of a project", async () => {
    const listed = json(await neon(["projects", "list", "--output", "json"]));
    expect(listed).toMatchObject({ projects: [{ id: mock.projectId }] });
    const second = json(await neon(["projects", "create", "--name", "second", "--region-id", "aws-us-east-2", "--output", "json"]));
    const { id } = second["project"] as { id: string };
    await mock.control("POST", `projects/${id}`, { shared: true });
    expect(json(await neon(["projects", "list", "--output", "json"]))).toMatchObject({
      projects: [{ id: mock.projectId }],
      shared_with_you: [{ id, name: "second" }],
    });
    expect((await neon(["projects", "delete", id])).status).toBe(0);
    const allowed = await neon(["ip-allow", "add", "192.0.2.7", "--project-id", mock.projectId, "--output", "json"]);
    expect(json(allowed)).toMatchObject({ IP_addresses: ["192.0.2.7"] });
    const key = json(await neon(["api-keys", "create", "--name", "ci", "--output", "json"]));
    expect(key).toMatchObject({ name: "ci", key: expect.stringMatching(/^napi_/) });
    expect(JSON.stringify(json(await neon(["api-keys", "list", "--output", "json"])))).toContain("ci");
  });

  test("compares schemas, of a branch with its parent and of two branches", async () => {
    await branches("create", "--name", "changed");
    const { stdout: url } = await neon(["connection-string", "changed", "--project-id", mock.projectId]);
    await withSession(verified(url.trim(), mock.rootFile), (session) => session.query("create table only_here (id int primary key)"));
    for (const compared of [
      ["changed", "^parent"],
      ["main", "changed"],
    ]) {
      const { stdout, stderr, status } = await neon(["branches", "schema-diff", ...compared, "--project-id", mock.projectId]);
      expect([status, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/^\+CREATE TABLE public\.only_here/m);
    }
  });

  test("links a folder, and pulls the variables of a branch", async () => {
    expect((await neon(["link", "--project-id", mock.projectId, "-y"])).stdout).toContain(mock.projectId);
    const pulled = await neon(["env", "pull", "--branch", "main", "--file", ".env.main"]);
    expect(pulled.status).toBe(0);
    expect(await readFile(join(home, ".env.main"), "utf8")).toMatch(/^DATABASE_URL=.*-pooler\./m);
  });

  test("takes a snapshot of the default branch, and restores it", async () => {
    expect(json(await snapshots("create", "--branch", "main", "--name", "before"))).toMatchObject({ name: "before" });
    const restored = await snapshots("restore", "before", "--name", "from-snapshot");
    expect([restored.status, restored.stderr.includes("ERROR")]).toEqual([0, false]);
    expect(json(await branches("get", "from-snapshot"))).toMatchObject({ name: "from-snapshot" });
  });

  test.runIf(older !== undefined)("works with its older package neonctl", async () => {
    const ended = await neon(["branches", "list", "--project-id", mock.projectId, "--output", "json"], older);
    expect(ended.status).toBe(0);
    expect(JSON.parse(ended.stdout)).toContainEqual(expect.objectContaining({ name: "main" }));
  });

  test("finds a branch beyond the first page of a hundred", async () => {
    const inserted = Array.from({ length: 120 }, (_, index) => ({ name: `inserted-${index}`, age_ms: 86_400_000 + index }));
    await mock.control("POST", "branches", { branches: inserted });
    expect(json(await branches("get", "inserted-119"))).toMatchObject({ name: "inserted-119" });
  });

  test("got only replies that match Neon's OpenAPI text", async () => {
    expect(await mock.control("GET", "violations")).toEqual([]);
  });
});
