// @module-tag proof
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCatalog } from "../../../../src/catalog/read.ts";
import { withSession } from "../../../support/session.ts";
import { makeProject, type Project } from "../../../support/cli.ts";
import { newDatabase } from "../../../support/new-database.ts";
import { driftOutbox, migrateOutbox, testOutbox } from "../../../support/outbox.ts";
import { runScript } from "../../../support/script.ts";

const SIDES = ["drift", "--expected", "GOOD_URL", "--actual", "DRIFTED_URL"] as const;

let project: Project;
let urls: { readonly GOOD_URL: string; readonly DRIFTED_URL: string };

beforeAll(async () => {
  project = await makeProject();
  urls = { GOOD_URL: await migrated(), DRIFTED_URL: await migrated() };
  await driftOutbox(urls.DRIFTED_URL);
});

afterAll(() => project.remove());

/** A database with this number of migrations; default: all. */
async function migrated(count?: number): Promise<string> {
  const url = await newDatabase("repair");
  await migrateOutbox(url, "up", count);
  return url;
}

/** The number of the example's eight tests that pass. */
async function passing(): Promise<number> {
  return (await testOutbox(urls.DRIFTED_URL)).passed.length;
}

test("the outbox case: with the repair, eight tests pass instead of five, and the script can run twice", async () => {
  const catalog = (): Promise<unknown> => withSession(urls.DRIFTED_URL, (session) => readCatalog(session));
  const before = await catalog();
  expect(await passing()).toBe(5);

  const careful = await project.offshoot([...SIDES, "--repair", "careful.sql"], urls);
  expect(careful).toMatchObject({ code: 10 });
  expect(careful.stderr).toContain("tested twice on a clone of DRIFTED_URL");
  expect(await catalog()).toEqual(before);

  const offered = await project.offshoot([...SIDES, "--repair", "repair.sql", "--allow-destructive", "--json"], urls);
  const { repair } = JSON.parse(offered.stdout) as { repair: { sql: string; unrepaired: unknown[]; commentedOut: number } };
  expect(repair).toMatchObject({ unrepaired: [], commentedOut: 0 });
  const script = await readFile(join(project.directory, "repair.sql"), "utf8");
  expect(script).toBe(repair.sql);
  await runScript(urls.DRIFTED_URL, script);
  expect(await passing()).toBe(8);
  expect(await project.offshoot(SIDES, urls)).toMatchObject({ code: 0 });

  const repaired = await catalog();
  await runScript(urls.DRIFTED_URL, script);
  expect(await catalog()).toEqual(repaired);
});

test.each([39, 30, 20, 5])(
  "a database with %i of the migrations is repaired to all of them, and back",
  { timeout: 60_000 },
  async (count) => {
    const env = { GOOD_URL: urls.GOOD_URL, DRIFTED_URL: await migrated(count) };
    const unrepaired = async (args: readonly string[]): Promise<unknown> => {
      const { stdout } = await project.offshoot([...args, "--json", "--repair", "history.sql", "--allow-destructive"], env);
      return (JSON.parse(stdout) as { repair: { unrepaired: unknown } }).repair.unrepaired;
    };
    expect(await unrepaired(SIDES)).toEqual([]);
    expect(await unrepaired(["drift", "--expected", "DRIFTED_URL", "--actual", "GOOD_URL"])).toEqual([]);
  },
);
