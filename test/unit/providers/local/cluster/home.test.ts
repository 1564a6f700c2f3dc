import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stateHome, type Surroundings } from "../../../../../src/providers/local/cluster/home.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-unit-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** An ordinary user on Linux with a home that can be written. */
function around(changes: Partial<Surroundings> = {}): Surroundings {
  const plain = { env: {}, cwd: "/project", platform: "linux", uid: 1000, homeDirectory: folder, temporaryDirectory: "/tmp" } as const;
  return { ...plain, ...changes };
}

test("OFFSHOOT_HOME decides, and may be relative", async () => {
  expect(await stateHome(around({ env: { OFFSHOOT_HOME: "/somewhere" }, uid: 0 }))).toBe("/somewhere");
  expect(await stateHome(around({ env: { OFFSHOOT_HOME: "state" } }))).toBe("/project/state");
});

test("root's state is where the server's user can go", async () => {
  expect(await stateHome(around({ uid: 0 }))).toBe("/var/lib/offshoot");
});

test("others have the XDG state folder", async () => {
  expect(await stateHome(around())).toBe(join(folder, ".local/state/offshoot"));
  const absolute = join(folder, "xdg");
  expect(await stateHome(around({ env: { XDG_STATE_HOME: absolute, OFFSHOOT_HOME: "" } }))).toBe(join(absolute, "offshoot"));
  expect(await stateHome(around({ env: { XDG_STATE_HOME: "relative" } }))).toBe(join(folder, ".local/state/offshoot"));
});

test("a user without a home has a temporary folder of its own", async () => {
  expect(await stateHome(around({ homeDirectory: "/dev/null/none" }))).toBe("/tmp/offshoot-1000");
});
