import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { inject, expect, onTestFinished, test } from "vitest";
import type { OwnerTag } from "../../../src/identity/owner-tag.ts";
import { commentOn, formatComment, parseComment } from "../../../src/providers/local/databases.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { connect, withSession } from "../../support/session.ts";

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
  await made.call(["up", "--migrate"]);
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
  await made.call(["up", "--migrate"]);
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

const nameIn = (url: string): string => new URL(url).pathname.slice(1);

async function tagOf(url: string): Promise<OwnerTag> {
  const [row] = await withSession(inject("serverUrl"), (session) =>
    session.query<{ comment: string }>("select shobj_description(oid, 'pg_database') as comment from pg_database where datname = $1", [
      nameIn(url),
    ]),
  );
  const { tag } = parseComment(row?.comment ?? null);
  if (tag === undefined) throw new Error(`${url} has no tag`);
  return tag;
}

/** Changes the tag as a person can, with SQL. */
async function retag(url: string, change: Partial<OwnerTag>): Promise<void> {
  const tag = await tagOf(url);
  await withSession(inject("serverUrl"), (session) => session.query(commentOn(nameIn(url), formatComment({ ...tag, ...change }))));
}

interface ClonesJson {
  readonly clones: readonly { readonly name: string; readonly database: string; readonly expiresAt: string }[];
}
const listed = async (made: Project): Promise<ClonesJson["clones"]> =>
  (JSON.parse((await made.call(["clone", "--list", "--json"])).stdout) as ClonesJson).clones;

test("`clone --list` shows the clones of this run, and nothing else", async () => {
  const [made, other] = [await project(), await project()];
  for (const each of [made, other]) await each.call(["up", "--migrate"]);
  expect(await made.call(["clone", "--list"])).toMatchObject({ code: 0, stdout: "no clones\n" });
  expect((await made.call(["clone", "--list", "--json"])).stdout).toBe('{"version":1,"clones":[]}\n');
  await other.call(["clone", "foreign"]);
  const urls = [(await made.call(["clone", "gw0"])).stdout.trim(), (await made.call(["clone", "gw1"])).stdout.trim()];
  await retag(urls[1] ?? "", { kept: "failed-test" });
  const { code, stdout } = await made.call(["clone", "--list"]);
  expect({
    code,
    rows: stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/ {2,}/)),
  }).toEqual({
    code: 0,
    rows: [
      ["DATABASE", "CLONE", "AGE", "EXPIRES", "ENDS WITH", "KEPT"],
      [nameIn(urls[0] ?? ""), "gw0", expect.stringMatching(/^\d+s$/), "in 3d", "down", "no"],
      [nameIn(urls[1] ?? ""), "gw1", expect.stringMatching(/^\d+s$/), "in 3d", "down", "failed test"],
    ],
  });
  const json = await made.call(["clone", "--list", "--json"]);
  const tag = await tagOf(urls[0] ?? "");
  const dates = { createdAt: new Date(tag.created).toISOString(), expiresAt: new Date(tag.expires ?? "").toISOString() };
  expect(JSON.parse(json.stdout)).toMatchObject({
    version: 1,
    clones: [
      { name: "gw0", database: nameIn(urls[0] ?? ""), provider: "existing", endsWith: "down", kept: false, ...dates },
      { name: "gw1", kept: true },
    ],
  });
  expect(json.stdout).not.toContain("postgresql:");
  // What a failed test kept is left after the run's database.
  await withSession(inject("serverUrl"), async (session) => {
    await session.query(`drop database "${nameIn((await made.call(["url"])).stdout.trim())}" with (force)`);
  });
  expect((await listed(made)).map(({ name }) => name)).toEqual(["gw0", "gw1"]);
});

test("`clone --list` shows that a clone of `run` ends with the last run", async () => {
  const made = await project({ OFFSHOOT_PASS_SECRETS: "true" });
  const bin = new URL("../../../bin/offshoot.js", import.meta.url).pathname;
  const script = `"${process.execPath}" "${bin}" clone here > url && "${process.execPath}" "${bin}" clone --list --json`;
  const ended = await made.offshoot(["run", "-q", "--", "sh", "-c", script]);
  expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(ended.stdout)).toMatchObject({ clones: [{ name: "here", endsWith: "last-run", kept: false }] });
});

test.each([[["clone", "--list", "gw0"]], [["clone", "--list", "--delete"]], [["clone", "--list", "--force"]]])(
  "%j is refused: --list shows all clones",
  async (args) => {
    const made = await project();
    expect(await made.call(args)).toMatchObject({ code: 2, stderr: expect.stringContaining("--list shows all clones") });
  },
);

test("a clone does not expire before the run's database, whose expiry `up` and `extend` move", async () => {
  const made = await project();
  await made.call(["up"]);
  await made.call(["migrate"]);
  const [mine, kept] = [(await made.call(["clone", "mine"])).stdout.trim(), (await made.call(["clone", "kept"])).stdout.trim()];
  const own = (await made.call(["url"])).stdout.trim();
  // Whoever creates a database on this server drops what has expired and has no session.
  const sessions = await Promise.all([own, mine, kept].map((url) => connect(url)));
  const past = { created: "2020-01-01T00:00:00Z", expires: "2020-01-01T02:00:00Z" };
  await retag(own, past);
  await retag(mine, past);
  await retag(kept, { ...past, kept: "failed-test" });
  await made.call(["up", "--ttl", "5h"]);
  const until = new Date((await tagOf(own)).expires ?? "").toISOString();
  expect(Date.parse(until)).toBeGreaterThan(Date.now());
  // A database that is renewed each day would keep the clone of a failed test for ever.
  const old = new Date(past.expires).toISOString();
  expect((await listed(made)).map(({ name, expiresAt }) => [name, expiresAt])).toEqual([
    ["kept", old],
    ["mine", until],
  ]);
  const extended = await made.call(["extend", "--ttl", "10h"]);
  expect(extended.stderr).toContain("The clones of failed tests expire then too: kept");
  const later = new Date((await tagOf(own)).expires ?? "").toISOString();
  expect(Date.parse(later)).toBeGreaterThan(Date.parse(until));
  expect((await listed(made)).map(({ expiresAt }) => expiresAt)).toEqual([later, later]);
  expect((await made.call(["extend", "--ttl", "10h"])).stderr).not.toContain("The clones");
  await Promise.all(sessions.map((session) => session.close()));
  const plan = JSON.parse((await made.call(["sweep", "--idle", "0", "--json"])).stdout) as { readonly delete: readonly unknown[] };
  expect(plan.delete).toEqual([]);
  for (const url of [mine, kept]) expect(await count(url)).toEqual([{ n: 1 }]);
});
