import { afterAll, beforeAll, expect, test } from "vitest";
import { down, isOffshootError, type Leadership, migrate, up } from "offshoot";
import { withSession } from "../../support/session.ts";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
});

afterAll(() => project.remove());

const options = (run: string) => ({ cwd: project.directory, env: project.env, settings: { run } });

test("runs a migration function in only one of many callers, with its own fenced URL", async () => {
  const { database } = await up(options("function"));
  let calls = 0;
  const work = async (lead: Leadership): Promise<void> => {
    calls += 1;
    await lead.assertLeader();
    await withSession(lead.url, (session) => session.query("create table made (id int)"));
  };
  const results = await Promise.all(Array.from({ length: 10 }, () => migrate({ ...options("function"), work, workName: "create-made" })));
  expect(calls).toBe(1);
  expect(results.filter(({ state }) => state === "ran")).toHaveLength(1);
  expect(await withSession(database.directUrl, (session) => session.query("select count(*)::int as rows from made"))).toEqual([
    { rows: 0 },
  ]);
  await down(options("function"));
});

const refuse = (): Promise<void> => Promise.reject(new Error("there is no table orders"));

test("every caller gets the error that the migration function threw", async () => {
  await up(options("broken"));
  const results = await Promise.allSettled(Array.from({ length: 3 }, () => migrate({ ...options("broken"), work: refuse })));
  for (const result of results) {
    const thrown: unknown = result.status === "rejected" ? result.reason : undefined;
    expect(isOffshootError(thrown) && [thrown.code, thrown.message + thrown.meaning]).toEqual([
      "MIGRATION_FAILED",
      expect.stringContaining("there is no table orders"),
    ]);
  }
  await down(options("broken"));
});
