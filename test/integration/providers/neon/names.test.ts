// @module-tag proof
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../../support/cli.ts";
import { type MockServer, startMock } from "../../../support/mock-server.ts";
import { withSession } from "../../../support/session.ts";
import { clientsFor, JAVA_SOURCE } from "../../../support/postgres-clients.ts";

/** Roles and databases as Neon allows them: up to 63 bytes of any characters. */
const NAMES = [
  ["Shop Owner", "My Shop"],
  [`it's "me"`, `a"b'c`],
  ["\u00DCBER", "gr\u00F6\u00DFe"],
  ["100%", "50%25off"],
  ["x".repeat(63), `${"\u00FC".repeat(31)}y`],
  ["a/b?c#d", "d&e=f@g:h"],
  ["a+b", "a/b,c;d$e+f"],
  ["-c", "--help"],
  ["q", "what?#now"],
] as const;

const run = promisify(execFile);

const CLIENTS = clientsFor("select current_user || '|' || pg_catalog.current_database()");

let mock: MockServer;
let project: Project;
beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "50");
  project = await makeProject({ OFFSHOOT_PROVIDER: "neon", ...mock.env });
  for (const [role, database] of NAMES) {
    await call("roles", { role: { name: role } });
    await call("databases", { database: { name: database, owner_name: role } });
  }
});
afterAll(async () => {
  await project.remove();
  await mock.stop();
});

/** Creates something on the parent branch. */
async function call(what: string, body: object): Promise<void> {
  const { branches } = (await mock.control("GET", "state")) as {
    readonly branches: readonly { readonly id: string; readonly name: string }[];
  };
  const parent = branches.find(({ name }) => name === "main");
  const response = await fetch(`${mock.plainUrl}/projects/${mock.projectId}/branches/${parent?.id}/${what}`, {
    method: "POST",
    headers: { authorization: `Bearer ${mock.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}

/** node-postgres does not decode `%3F` and `%23`, and a URL cannot contain those characters in another way. */
const isUnreadable = (client: string, database: string): boolean => client.startsWith("node-postgres") && /[?#]/.test(database);

test.each(NAMES)("every client opens the database of the role %j named %j with what offshoot gives it", async (role, database) => {
  const wanted = { OFFSHOOT_NEON_DATABASE: database };
  expect(await project.offshoot(["up"], wanted)).toMatchObject({ code: 0, stderr: expect.stringContaining("created") });
  const given = await project.offshoot(["env", "--json"], wanted);
  const env = { PATH: process.env["PATH"], HOME: project.directory, ...mock.machine, ...(JSON.parse(given.stdout) as NodeJS.ProcessEnv) };
  const ask = async (name: string, client: readonly string[] | undefined): Promise<readonly string[]> => {
    const [program, ...args] = client ?? [];
    if (program === undefined || isUnreadable(name, database)) return [name, role, database];
    const { stdout } = await run(program, args, { cwd: project.directory, env: { ...env, JAVA_SOURCE } });
    return [name, ...stdout.trimEnd().split("|")];
  };
  const results = Object.entries(CLIENTS).map(([name, client]) => ask(name, client));
  expect(await Promise.all(results)).toEqual(Object.keys(CLIENTS).map((name) => [name, role, database]));
  expect(await project.offshoot(["down"], wanted)).toMatchObject({ code: 0 });
});

test.each(["env", "up", "status"])("`%s` names a database that was dropped with SQL, and what to do", async (command) => {
  const wanted = { OFFSHOOT_NEON_DATABASE: "My Shop", OFFSHOOT_RUN: `dropped-${command}` };
  const owner = { ...wanted, OFFSHOOT_NEON_DATABASE: "neondb", OFFSHOOT_NEON_ROLE: "Shop Owner" };
  expect(await project.offshoot(["up"], wanted)).toMatchObject({ code: 0 });
  const url = (await project.offshoot(["url", "--unpooled"], owner)).stdout.trim();
  await withSession(url, (session) => session.query('drop database "My Shop" with (force)'));
  const startedAt = performance.now();
  const { code, stderr } = await project.offshoot([command], wanted);
  expect({ code, stderr }).toEqual({ code: 13, stderr: expect.stringContaining('database "My Shop" does not exist') });
  expect(stderr).toContain("Neon lists the database My Shop, but it was dropped or renamed with SQL");
  expect(stderr).toContain("Use `offshoot down` and then `offshoot up` to get a new branch");
  const [, existing = ""] = /Its databases: (.*)/.exec(stderr) ?? [];
  expect([existing.includes("neondb"), existing.includes("My Shop")]).toEqual([true, false]);
  expect(performance.now() - startedAt).toBeLessThan(20_000);
});
