// @module-tag proof
import { spawn } from "node:child_process";
import { createServer, connect as dial } from "node:net";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { withSession } from "../../../support/session.ts";
import { identifier } from "../../../../src/postgres/identifier.ts";
import { inspect, serverIn } from "../../../../src/providers/docker/inspect.ts";
import { toDatabase } from "../../../../src/providers/local/names.ts";
import { deadline } from "../../../../src/deadline.ts";
import { plan } from "../../../../src/sweep/plan.ts";
import { compile } from "../../../support/compile.ts";
import { docker, failingImage, testImage } from "../../../support/docker.ts";
import { acquired, listening, uniqueKey, wantedBy } from "../requests.ts";
import { testBases } from "../bases.ts";
import { testContract } from "../contract.ts";
import { testResets } from "../resets.ts";
import { testSnapshots } from "../snapshots.ts";
import { type DockerHome, dockerHomeForTest, makeDockerHome } from "./homes.ts";
import { answerOf } from "../jobs.ts";

const IMAGE = await testImage(18);
const image = IMAGE ?? "";
const PATIENCE = { timeout: 60_000, interval: 200 };

/** Another run keeps the server running meanwhile. */
async function createForeign(home: DockerHome, name: string): Promise<() => Promise<void>> {
  const other = await acquired(home.provider(), "keeps-the-server-up");
  const { engine, identity, reach } = await home.target();
  const [container] = await inspect(engine, [identity.name], deadline("a test", 10_000));
  const url = (container && serverIn(container, reach))?.url ?? "";
  await withSession(url, (session) => session.query(`create database ${identifier(toDatabase(name))}`));
  return async () => {
    await withSession(url, (session) => session.query(`drop database ${identifier(toDatabase(name))}`));
    await home.provider().release(other.name, listening());
  };
}

describe.runIf(IMAGE !== undefined)("the docker provider", () => {
  const home = makeDockerHome(image);
  afterAll(() => home.remove());
  testContract(async () => ({ make: () => home.provider(), createForeign: (name) => createForeign(home, name) }));
  testResets(async () => ({ make: () => home.provider(), createForeign: (name) => createForeign(home, name) }));
  testSnapshots(async () => ({ make: () => home.provider() }));
  testBases(async () => home.provider());

  test("removes the container after the last run, and uses no volume", async () => {
    const own = dockerHomeForTest(image);
    const databases = [await acquired(own.provider(), uniqueKey()), await acquired(own.provider(), uniqueKey())];
    const [container = "", ...others] = await own.containers();
    expect(others).toEqual([]);
    expect(await docker("inspect", "--format", "{{json .Mounts}}", container)).toBe("[]");
    for (const { name } of databases) expect(await own.provider().release(name, listening())).toBe("deleted");
    expect(await own.containers()).toEqual([]);
  });
});

describe.runIf(IMAGE !== undefined)("the container of the docker provider", { tags: "proof" }, () => {
  test("is started once, with one database, for twenty processes at the same time", { tags: "proof" }, async () => {
    const home = dockerHomeForTest(image);
    const script = await compile("test/integration/providers/acquire.mjs");
    const options = JSON.stringify({ key: uniqueKey(), image });
    const jobs = Array.from({ length: 20 }, () => spawn(process.execPath, [script, options], { env: home.env, stdio: "pipe" }));
    const databases = await Promise.all(jobs.map(answerOf));
    expect(new Set(databases.map(({ url }) => url)).size).toBe(1);
    expect(databases.filter(({ origin }) => origin === "created")).toHaveLength(1);
    expect(await home.containers()).toHaveLength(1);
  });

  test.each([15, 18] as const)("has the major version of its image: %i", async (major) => {
    const other = await testImage(major);
    const home = dockerHomeForTest(other ?? "");
    expect(await acquired(home.provider(), uniqueKey())).toMatchObject({ postgresMajor: major });
  });

  test("has its password only in its environment, and never in a command line", async () => {
    const home = dockerHomeForTest(image);
    const { url } = await acquired(home.provider(), uniqueKey());
    const { password } = new URL(url);
    const [id = ""] = await home.containers();
    expect(password).toHaveLength(32);
    expect(await docker("inspect", "--format", "{{json .Args}} {{json .Config.Cmd}} {{json .Config.Labels}}", id)).not.toContain(password);
    expect(await docker("top", id)).not.toContain(password);
    expect(await docker("port", id)).toMatch(/^5432\/tcp -> 127\.0\.0\.1:\d+$/);
  });

  test("is replaced after it was killed, without its databases", async () => {
    const home = dockerHomeForTest(image);
    const key = uniqueKey();
    const first = await acquired(home.provider(), key);
    const [killed = ""] = await home.containers();
    await docker("kill", killed);
    expect(await home.provider().find(first.name, listening())).toBeUndefined();
    expect(await home.provider().release(first.name, listening())).toBe("deleted");
    const second = await acquired(home.provider(), key);
    expect(second.origin).toBe("created");
    expect(await home.containers()).not.toContain(killed);
  });

  test("can be killed while runs acquire databases, and none of them fails", async () => {
    const home = dockerHomeForTest(image);
    await acquired(home.provider(), uniqueKey());
    const [killed = ""] = await home.containers();
    const asking = Array.from({ length: 5 }, () => acquired(home.provider(), uniqueKey()));
    await docker("kill", killed);
    for (const { url } of await Promise.all(asking)) expect(url).toContain("127.0.0.1");
  });

  test("is listed when it has ended, and a sweep removes it", async () => {
    const home = dockerHomeForTest(image);
    await acquired(home.provider(), uniqueKey());
    await docker("kill", ...(await home.containers()));
    const listed = await home.provider().list(listening());
    const planned = plan(listed, POLICY);
    expect(planned.delete).toMatchObject([
      { reason: { code: "broken" }, listed: { provider: "docker", tag: { repository: "tests/contract" } } },
    ]);
    for (const { listed: leftover } of planned.delete) expect(await home.provider().release(leftover.name, listening())).toBe("deleted");
    expect(await home.containers()).toEqual([]);
  });

  test("is not removed by its name while a run uses it", async () => {
    const home = dockerHomeForTest(image);
    const { name } = await acquired(home.provider(), uniqueKey());
    const { identity } = await home.target();
    expect(await home.provider().release(`offshoot/container/${identity.name}`, listening())).toBe("not-found");
    expect((await home.provider().find(name, listening()))?.name).toBe(name);
  });

  test("is removed by its idle reaper when its runs have expired and no session is open", { tags: "proof" }, async () => {
    const home = dockerHomeForTest(image);
    await acquired(home.provider({ idleMs: 1500 }), uniqueKey(), { ttlMs: 1000 });
    await vi.waitFor(async () => expect(await home.containers()).toEqual([]), PATIENCE);
  });

  test("is neither used nor removed when it has no owner label", async () => {
    const home = dockerHomeForTest(image);
    const { identity } = await home.target();
    await docker("create", "--name", identity.name, image);
    onTestFinished(async () => void (await docker("rm", "--force", "--volumes", identity.name)));
    await expect(acquired(home.provider(), uniqueKey())).rejects.toMatchObject({ code: "NOT_OURS" });
    expect(await home.provider().list(listening())).toEqual([]);
    expect(await docker("inspect", "--format", "{{.State.Status}}", identity.name)).toBe("created");
  });

  test("is removed by its idle reaper when its start was cancelled", { tags: "proof" }, async () => {
    const home = dockerHomeForTest(image);
    const controller = new AbortController();
    const asking = home.provider({ idleMs: 1000 }).acquire(wantedBy(uniqueKey()), listening(60_000, controller.signal));
    await vi.waitFor(async () => expect(await home.containers()).toHaveLength(1), PATIENCE);
    controller.abort();
    await expect(asking).rejects.toMatchObject({ code: "CANCELLED" });
    await vi.waitFor(async () => expect(await home.containers()).toEqual([]), PATIENCE);
  });
});

describe.runIf(IMAGE !== undefined)("the docker provider that cannot provide a database", () => {
  test("refuses with no-docker when no tool is installed", async () => {
    const home = dockerHomeForTest(image);
    const provider = home.provider({ env: { ...home.env, PATH: "/nowhere" } });
    expect(await provider.refuse(listening())).toMatchObject({ code: "no-docker", mayFallBack: true });
    expect(await provider.acquire(wantedBy(uniqueKey()), listening())).toMatchObject({ code: "no-docker" });
    expect(await provider.list(listening())).toEqual([]);
  });

  test("refuses with no-daemon while the engine is stopped, and adopts again when it runs", async () => {
    const home = dockerHomeForTest(image);
    const socket = await socketInFront();
    const provider = home.provider({ env: { ...home.env, DOCKER_HOST: socket.url } });
    const key = uniqueKey();
    const first = await acquired(provider, key);
    await socket.close();
    expect(await provider.refuse(listening())).toMatchObject({ code: "no-daemon", mayFallBack: true });
    expect(await provider.acquire(wantedBy(key), listening())).toMatchObject({ code: "no-daemon" });
    expect(await provider.find(first.name, listening())).toBeUndefined();
    await expect(provider.list(listening())).rejects.toMatchObject({ code: "PROVIDER_OUTAGE" });
    await expect(provider.release(first.name, listening())).rejects.toMatchObject({ code: "PROVIDER_OUTAGE" });
    await socket.open();
    expect(await acquired(provider, key)).toMatchObject({ origin: "adopted", url: first.url });
  });

  test("refuses with no-image and the pull command when it has neither the image nor a registry", async () => {
    const missing = "localhost:1/nowhere/postgres:17";
    const limits = listening();
    const answer = await dockerHomeForTest(image).provider({ image: missing }).acquire(wantedBy(uniqueKey()), limits);
    expect(answer).toMatchObject({ kind: "refusal", code: "no-image", mayFallBack: true });
    // The engine's own words, such as "dial tcp 127.0.0.1:1: connect: connection refused", are only shown with `--verbose`.
    expect(answer).toHaveProperty("text", `The image ${missing} is not on this machine, and its registry localhost:1 was not reached.`);
    expect(limits.events).toContainEqual({ kind: "detail", text: expect.stringContaining("dial tcp") });
    expect(answer).toHaveProperty("remedy", expect.stringContaining(`docker pull ${missing}`));
    expect(limits.events).toContainEqual({ kind: "note", isPassing: true, text: `Pulling the image ${missing}.` });
  });

  test("fails with an image without Postgres, and leaves no container", async () => {
    const home = dockerHomeForTest("offshoot-test/postgres:base");
    await expect(acquired(home.provider(), uniqueKey())).rejects.toMatchObject({ code: "POSTGRES_START_FAILED" });
    expect(await home.containers()).toEqual([]);
  });

  test.each([
    ["POSTGRES_START_FAILED", 0, "FATAL: something is wrong with the world"],
    ["DISK_FULL", 0, "FATAL: could not write: No space left on device"],
    // The idle reaper sees the end of this one first.
    ["POSTGRES_START_FAILED", 4, "FATAL: something is wrong in the end"],
  ] as const)("fails with %s and the last log line of a container that ends after %i s", { tags: "proof" }, async (code, seconds, line) => {
    const failing = await failingImage(line, seconds);
    onTestFinished(() => failing.remove());
    const home = dockerHomeForTest(failing.image);
    await expect(acquired(home.provider(), uniqueKey())).rejects.toMatchObject({ code, message: expect.stringContaining(line) as string });
    expect(await home.containers()).toEqual([]);
  });
});

const POLICY = {
  now: new Date(),
  repository: undefined,
  owner: undefined,
  olderThanMs: undefined,
  idleMs: 900_000,
  baseTtlMs: 86_400_000,
  closed: { repository: undefined, pullRequests: new Set<number>(), refs: new Set<string>() },
} satisfies Parameters<typeof plan>[1];

/** A socket that forwards to the engine. When it is closed, the tool sees a stopped engine. */
async function socketInFront(): Promise<{ readonly url: string; open(): Promise<void>; close(): Promise<void> }> {
  const path = join(tmpdir(), `offshoot-test-${process.pid}-${Date.now()}.sock`);
  const endpoint = (await docker("context", "inspect", "--format", "{{.Endpoints.docker.Host}}")).replace(/^unix:\/\//, "");
  const make = (): ReturnType<typeof createServer> =>
    createServer((near) => {
      const far = dial(endpoint);
      near.pipe(far).pipe(near);
      for (const end of [near, far]) end.on("error", () => [near, far].forEach((socket) => socket.destroy()));
    });
  let server = make();
  const open = async (): Promise<void> => {
    server = make().listen(path);
    await once(server, "listening");
  };
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    await once(server, "close");
    await rm(path, { force: true });
  };
  await open();
  onTestFinished(close);
  return { url: `unix://${path}`, open, close };
}
