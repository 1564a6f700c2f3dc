import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stateFolder, type Surroundings } from "../../../../../src/providers/local/cluster/state-folder.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-unit-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** An ordinary user on Linux with a writable home folder. */
function around(changes: Partial<Surroundings> = {}): Surroundings {
  const plain = { env: {}, cwd: "/project", platform: "linux", uid: 1000, homeDirectory: folder, temporaryDirectory: "/tmp" } as const;
  return { ...plain, ...changes };
}

test("OFFSHOOT_HOME is the state folder, also as a relative path", async () => {
  expect(await stateFolder(around({ env: { OFFSHOOT_HOME: "/somewhere" }, uid: 0 }))).toBe("/somewhere");
  expect(await stateFolder(around({ env: { OFFSHOOT_HOME: "state" } }))).toBe("/project/state");
});

test("root's state folder is one that the server's user can enter", async () => {
  expect(await stateFolder(around({ uid: 0 }))).toBe("/var/lib/offshoot");
});

test("other users have the XDG state folder", async () => {
  expect(await stateFolder(around())).toBe(join(folder, ".local/state/offshoot"));
  const absolute = join(folder, "xdg");
  expect(await stateFolder(around({ env: { XDG_STATE_HOME: absolute, OFFSHOOT_HOME: "" } }))).toBe(join(absolute, "offshoot"));
  expect(await stateFolder(around({ env: { XDG_STATE_HOME: "relative" } }))).toBe(join(folder, ".local/state/offshoot"));
});

test("a user without a home has a folder of its own in the temporary directory", async () => {
  expect(await stateFolder(around({ homeDirectory: "/dev/null/none" }))).toBe("/tmp/offshoot-1000");
});
