import { afterAll, beforeAll, expect, test } from "vitest";
import { migrateOnce, type MigrateRequest } from "../../../../src/readiness/readiness.ts";
import { readMarkers } from "../../../../src/readiness/marker.ts";
import { withSession } from "../../../support/session.ts";
import { type DirectUrl, directUrl } from "../../../../src/postgres/url.ts";
import type { Database } from "../../../../src/providers/provider.ts";
import { type MockServer, startMock } from "../../../support/mock-server.ts";
import { acquired } from "../requests.ts";
import { providerOfMock } from "./provider-of-mock.ts";

let mock: MockServer;
let parent: DirectUrl;

beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "50");
  parent = directUrl(await mock.parentUrl());
});

afterAll(async () => {
  await mock.stop();
});

const child = (key: string): Promise<Database> => acquired(providerOfMock(mock), key);

function request(url: DirectUrl, run: string, fingerprint: string, command = "true"): MigrateRequest {
  return {
    url,
    run,
    invocation: run,
    attempt: 1,
    fingerprint: fingerprint.repeat(64),
    retry: false,
    owner: { host: "here", pid: process.pid },
    timings: { withinMs: 30_000, leaseMs: 15_000, heartbeatMs: 500, pollMs: 100, graceMs: 1000 },
    signal: new AbortController().signal,
    emit: () => {},
    secrets: [],
    command: { kind: "shell", text: command },
    cwd: process.cwd(),
    env: () => process.env,
  };
}

test("a child runs no migrations if its parent is ready with the same ones, and runs different ones", async () => {
  await migrateOnce(request(parent, "parent-1", "a"));
  const same = await child("same");
  expect((await migrateOnce(request(same.directUrl, "same", "a", "exit 1"))).state).toBe("already");
  const other = await child("other");
  expect((await migrateOnce(request(other.directUrl, "other", "b"))).state).toBe("ran");
});

test("a child runs its migrations if those of its parent failed", async () => {
  await expect(migrateOnce(request(parent, "parent-2", "c", "exit 1"))).rejects.toMatchObject({ code: "MIGRATION_FAILED" });
  const { directUrl: url } = await child("after-failure");
  expect((await withSession(url, readMarkers)).map(({ state }) => state)).toContain("failed");
  expect((await migrateOnce(request(url, "after-failure", "c"))).state).toBe("ran");
});

test("a child runs its migrations while its parent is migrating", async () => {
  const stop = new AbortController();
  const long = migrateOnce({ ...request(parent, "parent-3", "d", "sleep 60"), signal: stop.signal }).catch((thrown: unknown) => thrown);
  await expect.poll(async () => (await withSession(parent, readMarkers)).some(({ state }) => state === "migrating")).toBe(true);
  const { directUrl: url } = await child("meanwhile");
  expect((await withSession(url, readMarkers)).map(({ state }) => state)).toContain("migrating");
  expect((await migrateOnce(request(url, "meanwhile", "d"))).state).toBe("ran");
  stop.abort();
  expect(await long).toMatchObject({ code: "CANCELLED" });
});
