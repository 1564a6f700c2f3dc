import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withSession } from "../../support/session.ts";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
});

afterAll(() => project.remove());

const json = async <T>(command: string, ...args: string[]): Promise<T> =>
  JSON.parse((await project.offshoot([command, "--json", ...args])).stdout) as T;

describe("up", () => {
  test("prints the documented JSON without a secret", async () => {
    const { stdout, code } = await project.offshoot(["up", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      id: expect.any(String),
      name: expect.stringMatching(/^offshoot\//),
      provider: "embedded",
      consoleUrl: null,
      created: true,
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      host: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      readyMs: expect.any(Number),
    });
    const { DATABASE_URL, PGPASSWORD } = await json<Record<string, string>>("env");
    expect(DATABASE_URL).toContain(PGPASSWORD);
    expect(stdout).not.toContain(PGPASSWORD);
  });

  test("a second call returns the same database with a new expiry time", async () => {
    const first = await json<{ id: string; expiresAt: string }>("up");
    const second = await json<{ id: string; created: boolean; expiresAt: string }>("up", "--ttl", "9d");
    expect([second.id, second.created]).toEqual([first.id, false]);
    expect(second.expiresAt > first.expiresAt).toBe(true);
  });
});

describe("extend", () => {
  test("sets a new expiry time and prints it", async () => {
    const before = await json<{ id: string; expiresAt: string }>("up");
    const after = await json<{ version: number; id: string; expiresAt: string }>("extend", "--ttl", "20d");
    expect(after).toMatchObject({ version: 1, id: before.id, provider: "embedded" });
    expect(after.expiresAt > before.expiresAt).toBe(true);
    expect((await project.offshoot(["extend", "--run", "nobody"])).code).toBe(2);
    const shorter = await project.offshoot(["extend", "--ttl", "1h"]);
    expect([shorter.code, shorter.stderr]).toEqual([0, expect.stringMatching(/was later than .* already, so it was not changed/)]);
  });
});

describe("env", () => {
  test("prints working URLs for a shell, as dotenv and as JSON", async () => {
    const variables = await json<Record<string, string>>("env");
    expect(Object.keys(variables)).toEqual(
      expect.arrayContaining([
        "DATABASE_URL",
        "DATABASE_URL_UNPOOLED",
        "PGHOST",
        "PGPORT",
        "PGUSER",
        "PGPASSWORD",
        "PGDATABASE",
        "OFFSHOOT_PROVIDER",
        "OFFSHOOT_DATABASE_ID",
      ]),
    );
    expect(await withSession(variables["DATABASE_URL"] ?? "", (session) => session.query("select 1 as one"))).toEqual([{ one: 1 }]);
    const shell = await project.offshoot(["env"]);
    expect(shell.stdout).toContain(`export DATABASE_URL='${variables["DATABASE_URL"]}'`);
    const dotenv = await project.offshoot(["env", "--format", "dotenv"]);
    expect(dotenv.stdout).toContain(`DATABASE_URL="${variables["DATABASE_URL"]}"`);
  });
});

describe("migrate", () => {
  test("runs the command after --, and reports `already` on the next call", async () => {
    const first = await json<{ state: string; fingerprint: string }>("migrate", "--", "true");
    expect(first).toEqual({ version: 1, state: "ran", fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/), ms: expect.any(Number) });
    expect((await json<{ state: string }>("migrate", "--", "true")).state).toBe("already");
    expect((await json<{ state: string }>("wait", "--", "true")).state).toBe("already");
  });

  test("rejects different migrations in the same run", async () => {
    const result = await project.offshoot(["migrate", "--", "sh", "-c", "exit 0"]);
    expect([result.code, result.stderr.includes("migrations")]).toEqual([2, true]);
  });
});

describe("status, list and doctor", () => {
  test("show the database of the run and its migrations", async () => {
    const status = await json<{ database: { provider: string }; markers: { state: string }[] }>("status");
    expect([status.database.provider, status.markers.map(({ state }) => state)]).toEqual(["embedded", ["ready"]]);
    const listed = await json<{ run: string; kind: string }[]>("list");
    expect(listed).toEqual(expect.arrayContaining([expect.objectContaining({ run: "test", kind: "run", owned: true })]));
    const diagnosis = await json<{ chosen: string; settings: { key: string; source: { from: string } }[] }>("doctor");
    expect(diagnosis.chosen).toBe("embedded");
    expect(diagnosis.settings.find(({ key }) => key === "provider")?.source.from).toBe("env");
  });

  test("print text without undefined values", async () => {
    for (const command of ["status", "list", "doctor", "sweep"]) {
      const { code, stdout, stderr } = await project.offshoot([command]);
      expect([command, code, stderr]).toEqual([command, 0, ""]);
      expect(stdout).not.toContain("undefined");
    }
  });
});

describe("down", () => {
  test("deletes the database, and a second call finds none", async () => {
    expect(await json("down")).toMatchObject({ version: 1, outcome: "deleted", providers: ["embedded"] });
    expect(await json("down")).toMatchObject({ version: 1, outcome: "not-found" });
    expect((await project.offshoot(["down"])).stderr).toContain("down     database not found");
    expect(await json("list")).toEqual([]);
    // The base is kept for later runs, and is listed only with --all.
    expect(await json("list", "--all")).toEqual([expect.objectContaining({ kind: "base", owned: true })]);
    expect((await project.offshoot(["env"])).code).toBe(2);
  });
});
