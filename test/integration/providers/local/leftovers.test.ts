import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile, appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { tagToText } from "../../../../src/identity/owner-tag.ts";
import { withSession } from "../../../support/session.ts";
import { runningServer } from "../../../../src/providers/local/cluster/cluster.ts";
import { LOG_BYTES, removeLeftovers, trimLog } from "../../../../src/providers/local/cluster/leftovers.ts";
import { acquired, uniqueKey, wantedBy } from "../requests.ts";
import { homeForTest, MAJOR } from "./homes.ts";

const DAY_MS = 86_400_000;
const later = (days: number): Date => new Date(Date.now() + days * DAY_MS);

const stored = (ttlMs: number): string => JSON.stringify([{ name: "offshoot_one", comment: tagToText(wantedBy("one", { ttlMs }).tag) }]);

/** A state folder with files that were all written now. */
async function stateFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-leftovers-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

test("what nothing used for the time is removed: other majors, damaged data, copies of binaries", async () => {
  const folder = await stateFolder({
    "postgres-16/data/PG_VERSION": "16",
    "postgres-16/log": "started",
    "postgres-18/data/PG_VERSION": "18",
    "postgres-18/data.damaged/PG_VERSION": "18",
    "binaries/16.1.0/native/bin/postgres": "",
    "binaries/17.1.0.removed-0123abcd/native": "",
    "notes.txt": "of the user",
  });
  await removeLeftovers(folder, 18, 14 * DAY_MS, later(13));
  expect((await readdir(folder, { recursive: true })).toSorted()).toContain("postgres-16/log");
  expect(await readdir(join(folder, "binaries"))).toEqual(["16.1.0"]);
  await removeLeftovers(folder, 18, 14 * DAY_MS, later(15));
  expect((await readdir(folder)).toSorted()).toEqual(["binaries", "notes.txt", "postgres-18"]);
  expect(await readdir(join(folder, "postgres-18"))).toEqual(["data"]);
  expect(await readdir(join(folder, "binaries"))).toEqual([]);
});

test("a stopped server with the database of a run that has not expired is kept", async () => {
  const folder = await stateFolder({ "postgres-16/log": "", "postgres-16/databases.json": stored(20 * DAY_MS) });
  await removeLeftovers(folder, 18, 14 * DAY_MS, later(15));
  expect(await readdir(folder)).toEqual(["postgres-16"]);
  await removeLeftovers(folder, 18, 14 * DAY_MS, later(21));
  expect(await readdir(folder)).toEqual([]);
});

test("a server that runs is kept, and the log of a running server is made shorter while it writes", async () => {
  const home = await homeForTest();
  const { url } = await acquired(home.provider(), uniqueKey());
  const { log } = home.cluster;
  await utimes(log, new Date(0), new Date(0));
  await removeLeftovers(home.folder, MAJOR - 1, 14 * DAY_MS, later(365));
  expect(await runningServer(home.cluster)).toBeDefined();
  await appendFile(log, `${"x".repeat(99)}\n`.repeat(LOG_BYTES / 100 + 1));
  await trimLog(log);
  expect((await stat(log)).size).toBeLessThan(300_000);
  const fails = withSession(url, (session) => session.query("select of_no_column_here"));
  await expect(fails).rejects.toThrow("of_no_column_here");
  const text = await readFile(log, "utf8");
  expect(text).toContain("of_no_column_here");
  expect(text).not.toContain("\0");
  expect((await stat(log)).size).toBeLessThan(310_000);
});
