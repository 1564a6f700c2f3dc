import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { inject, expect, onTestFinished, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { withSession } from "../../support/session.ts";

async function project(env: Readonly<Record<string, string>> = {}): Promise<Project> {
  const made = await makeProject({
    OFFSHOOT_PROVIDER: "existing",
    OFFSHOOT_EXISTING_URL: inject("serverUrl"),
    OFFSHOOT_EXISTING_CLONES: "true",
    OFFSHOOT_RUN: `clone-${Math.random().toString(36).slice(2)}`,
    ...env,
  });
  await mkdir(join(made.directory, "migrations"));
  await made.write("migrations/0001_item.sql", "create table item (id int); insert into item values (1);");
  onTestFinished(async () => {
    await made.call(["down"]);
    await rm(made.directory, { recursive: true });
  });
  return made;
}

const count = (url: string): Promise<unknown> => withSession(url, (session) => session.query("select count(*)::int as n from public.item"));

test("prints the URL of a clone, finds it by its name, and deletes it", async () => {
  const made = await project();
  await made.call(["up"]);
  await made.call(["migrate"]);
  const first = await made.call(["clone", "gw0"]);
  expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^postgresql:\/\/.*\/offshoot_\w+\n$/) });
  const url = first.stdout.trim();
  expect(await count(url)).toEqual([{ n: 1 }]);
  const json = JSON.parse((await made.call(["clone", "gw0", "--json"])).stdout) as Record<string, unknown>;
  const variables = { DATABASE_URL: url, DATABASE_URL_UNPOOLED: url, PGDATABASE: new URL(url).pathname.slice(1) };
  expect(json).toMatchObject({ version: 1, name: "gw0", url, directUrl: url, expiresAt: expect.any(String), variables });
  expect(await made.call(["clone", "--delete", "gw0"])).toMatchObject({ code: 0, stdout: "deleted  gw0\n" });
  await expect(count(url)).rejects.toMatchObject({ code: "3D000" });
  expect(await made.call(["clone", "--delete", "gw0"])).toMatchObject({ code: 0, stdout: "not-found  gw0\n" });
  const again = JSON.parse((await made.call(["clone", "--delete", "gw0", "--json"])).stdout) as unknown;
  expect(again).toEqual({ version: 1, name: "gw0", outcome: "not-found" });
});

test("six processes at once get a clone each", async () => {
  const made = await project();
  await made.call(["up"]);
  await made.call(["migrate"]);
  const ended = await Promise.all(Array.from({ length: 6 }, (_, at) => made.offshoot(["clone", `gw${at}`])));
  expect(ended.map(({ code, stderr }) => [code, code === 0 ? "" : stderr])).toEqual(ended.map(() => [0, ""]));
  expect(new Set(ended.map(({ stdout }) => stdout)).size).toBe(6);
});

test("`list` shows a clone with its run, and `down` deletes it with the run's database", async () => {
  const made = await project();
  await made.call(["up"]);
  const url = (await made.call(["clone", "mine"])).stdout.trim();
  expect((await made.call(["list"])).stdout).toContain("~mine");
  await made.call(["down"]);
  expect((await made.call(["list", "--json"])).stdout).not.toContain("~mine");
  await expect(withSession(url, (session) => session.query("select 1"))).rejects.toMatchObject({ code: "3D000" });
});

test.each([
  [["clone", "A B"], {}, 2, "is not a valid name of a clone"],
  [["clone", "--delete"], {}, 2, "offshoot clone --delete NAME"],
  [["clone", "x"], { OFFSHOOT_EXISTING_CLONES: "false" }, 13, "OFFSHOOT_EXISTING_CLONES=true"],
])("%j fails with words for it", async (args, env, code, words) => {
  const made = await project(env);
  await made.call(["up"]);
  const ended = await made.call(args);
  expect(ended).toMatchObject({ code, stderr: expect.stringContaining(words) });
});

test("`run` deletes the clones that its command made, so that the next run gets no old rows", async () => {
  const made = await project({ OFFSHOOT_PASS_SECRETS: "true" });
  const bin = new URL("../../../bin/offshoot.js", import.meta.url).pathname;
  const ended = await made.offshoot(["run", "-q", "--", process.execPath, bin, "clone", "left"]);
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^postgresql:/) });
  expect((await made.call(["list", "--json"])).stdout).not.toContain("~left");
});

test("a clone that is found by its name is said to exist, with what was written into it", async () => {
  const made = await project();
  await made.call(["up"]);
  expect((await made.call(["clone", "gw0"])).stderr).not.toContain("exists since");
  expect((await made.call(["clone", "gw0"])).stderr).toMatch(/The clone gw0 exists since \d{4}-.* UTC\. It has what was written into it/);
});

test("a run without a database has no clone", async () => {
  const made = await project();
  expect(await made.call(["clone"])).toMatchObject({ code: 2, stderr: expect.stringContaining("Create it with `npx offshoot up") });
});

test("`down` names the clones that it deletes although the run's database was deleted", async () => {
  const made = await project();
  await made.call(["up"]);
  await made.call(["migrate"]);
  await made.call(["clone", "gw0"]);
  const { pathname } = new URL((await made.call(["url"])).stdout.trim());
  await withSession(inject("serverUrl"), (session) => session.query(`drop database "${pathname.slice(1)}" with (force)`));
  const { stdout, stderr } = await made.call(["down"]);
  expect(stdout).toContain("not-found");
  expect(stderr).toContain("Deleted the clones that were left of the run: gw0.");
});
