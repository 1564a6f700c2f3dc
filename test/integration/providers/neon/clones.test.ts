// @module-tag proof
import { afterEach, expect, test } from "vitest";
import { makeProject, type Project } from "../../../support/cli.ts";
import { type MockServer, startMock } from "../../../support/mock-server.ts";
import { withSession } from "../../../support/session.ts";

let mock: MockServer | undefined;
let project: Project | undefined;
afterEach(async () => {
  await project?.remove();
  await mock?.stop();
});

test("a clone is a database of the run's branch: no request creates another branch", async () => {
  mock = await startMock("--postgres", "--operation-time", "200");
  project = await makeProject({ OFFSHOOT_PROVIDER: "neon", ...mock.env });
  const own = project;
  await own.call(["up"]);
  expect(await own.call(["migrate", "--", "psql", "-c", "create table public.item (id int)"])).toMatchObject({ code: 0 });
  const ended = await Promise.all(["one", "two", "three"].map((name) => own.call(["clone", name, "--json"])));
  const urls = ended.map(({ stdout }) => (JSON.parse(stdout) as { directUrl: string }).directUrl);
  expect(new Set(urls).size).toBe(3);
  for (const url of urls) {
    expect(await withSession(url, (session) => session.query("select count(*)::int as n from public.item"))).toEqual([{ n: 0 }]);
  }
  const listed = async (): Promise<unknown> => JSON.parse((await own.call(["clone", "--list", "--json"])).stdout);
  const branch = async (): Promise<string> =>
    (JSON.parse((await own.call(["list", "--json"])).stdout) as { expiresAt: string }[])[0]?.expiresAt ?? "";
  const rows = (expiresAt: string): object[] =>
    ended.map(({ stdout }) => {
      const { name, directUrl } = JSON.parse(stdout) as { name: string; directUrl: string };
      return { name, database: new URL(directUrl).pathname.slice(1), provider: "neon", expiresAt, endsWith: "down", kept: false };
    });
  const matching = (expiresAt: string): unknown => ({
    version: 1,
    clones: expect.arrayContaining(rows(expiresAt).map((row) => expect.objectContaining(row) as unknown)),
  });
  const before = await branch();
  expect(await listed()).toEqual(matching(before));
  // The clones are in the branch, and expire with it.
  expect(await own.call(["extend", "--ttl", "20d"])).toMatchObject({ code: 0 });
  expect(Date.parse(await branch())).toBeGreaterThan(Date.parse(before));
  expect(await listed()).toEqual(matching(await branch()));
  const { counts } = (await mock.control("GET", "calls")) as { counts: Record<string, Record<string, number>> };
  expect(counts["POST /projects/{project_id}/branches"]).toMatchObject({ 201: 1, total: 1 });
});
