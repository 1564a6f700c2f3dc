// @module-tag proof
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../../support/cli.ts";
import { newDatabase } from "../../../support/new-database.ts";
import { findPeer } from "../../../support/peers.ts";
import { withSession } from "../../../support/session.ts";
import { ALONE_SITUATIONS } from "./situations/alone.ts";
import { CONSTRAINT_SITUATIONS } from "./situations/constraints.ts";
import { ROUTINE_SITUATIONS } from "./situations/routines.ts";
import type { Situations } from "./situations/situation.ts";
import { TABLE_SITUATIONS } from "./situations/tables.ts";

const SIDES = ["drift", "--expected", "EXPECTED", "--actual", "ACTUAL"] as const;

const missing = findPeer("psql") === undefined;

let project: Project;

beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project.remove());

/** One database with each schema in a Postgres schema of its own, whose number is the place of the situation. */
async function database(schemas: readonly string[]): Promise<string> {
  const url = await newDatabase("situation");
  await withSession(url, async (session) => {
    for (const [nr, sql] of schemas.entries()) await session.query(`create schema nr_${nr}; set search_path = nr_${nr}, public; ${sql}`);
  });
  return url;
}

/** Repairs one database that has all the situations, with `psql`, twice. Returns what the repair reports, and what is different afterwards. */
async function repairAll(
  situations: Situations,
): Promise<{ readonly reported: string; readonly left: string; readonly code: number | null }> {
  const all = Object.values(situations);
  const urls = { EXPECTED: await database(all.map(([expected]) => expected)), ACTUAL: await database(all.map(([, actual]) => actual)) };
  const { stderr } = await project.call([...SIDES, "--repair", "repair.sql", "--allow-destructive"], urls);
  for (const _ of [1, 2])
    await promisify(execFile)("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", join(project.directory, "repair.sql"), urls.ACTUAL]);
  const { stdout, code } = await project.call(SIDES, urls);
  return { reported: stderr, left: stdout, code };
}

/** The names of the situations that occur in a text by the name of their schema. */
function namesIn(situations: Situations, text: string): readonly string[] {
  return Object.keys(situations).filter((_, nr) => new RegExp(String.raw`\bnr_${nr}\b`).test(text));
}

test.skipIf(missing).each([
  ["tables", TABLE_SITUATIONS],
  ["constraints", CONSTRAINT_SITUATIONS],
  ["routines", ROUTINE_SITUATIONS],
])("`drift --repair` reaches the schema of each situation of %s, or names the limit of the server", async (_, situations) => {
  const { reported, left } = await repairAll(situations);
  const limits = Object.entries(situations).flatMap(([name, [, , reason]]) => (reason === undefined ? [] : [name]));
  expect(namesIn(situations, left)).toEqual(limits);
  for (const reason of Object.values(situations).flatMap(([, , limit]) => (limit === undefined ? [] : [limit])))
    expect(reported).toContain(reason);
});

test.skipIf(missing).each(Object.entries(ALONE_SITUATIONS))("`drift --repair`: %s", async (name, situation) => {
  const { reported, left, code } = await repairAll({ [name]: situation });
  expect(reported).not.toContain("not repaired");
  expect(left).toContain("The schemas are equal.");
  expect(code).toBe(0);
});
