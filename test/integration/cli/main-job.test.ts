// @module-tag proof
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withSession } from "../../support/session.ts";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

beforeEach(async () => {
  project = await makeProject();
});

afterEach(() => project.remove());

const lines = async (name: string): Promise<readonly string[]> => {
  const text = await readFile(join(project.directory, name), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
};

/** Sets a shell command as migration command in the configuration of the project. */
const configure = (command: string): Promise<string> =>
  project.write("offshoot.yaml", `migrations:\n  command: ${JSON.stringify(command)}\n`);

describe("fifty processes at once on one run", () => {
  test(
    "one process creates the database, 49 adopt it, the migrations run once, and no process returns before they ended",
    { timeout: 300_000, tags: "proof" },
    async () => {
      await configure("echo begin $(date +%s%N) >> log; sleep 2; echo end $(date +%s%N) >> log");
      const ups = await Promise.all(Array.from({ length: 50 }, () => project.offshoot(["up", "--json"])));
      expect(ups.map(({ code, stderr }) => (code === 0 ? "" : stderr)).filter((text) => text !== "")).toEqual([]);
      const handed = ups.map(({ stdout }) => JSON.parse(stdout) as { id: string; created: boolean });
      expect(handed.filter(({ created }) => created)).toHaveLength(1);
      expect(new Set(handed.map(({ id }) => id)).size).toBe(1);

      const migrations = await Promise.all(
        Array.from({ length: 50 }, async () => {
          const result = await project.offshoot(["migrate", "--json"]);
          return { ...result, returned: BigInt(Date.now()) * 1_000_000n };
        }),
      );
      expect(migrations.map(({ code, stderr }) => (code === 0 ? "" : stderr)).filter((text) => text !== "")).toEqual([]);
      const states = migrations.map(({ stdout }) => (JSON.parse(stdout) as { state: string }).state);
      expect(states.filter((state) => state === "ran")).toHaveLength(1);
      const log = await lines("log");
      expect(log.map((line) => line.split(" ")[0])).toEqual(["begin", "end"]);
      const ended = BigInt(log[1]?.split(" ")[1] ?? "0");
      for (const { returned } of migrations) expect(returned >= ended).toBe(true);
    },
  );
});

describe("a leader that is killed during the migrations", () => {
  test("is replaced within ten seconds, after its command and its sessions were ended", { timeout: 120_000 }, async () => {
    await project.offshoot(["up"]);
    const { stdout } = await project.offshoot(["env", "--json"]);
    const url = (JSON.parse(stdout) as { DATABASE_URL: string }).DATABASE_URL;
    await withSession(url, (session) => session.query("create table work (id serial, what text, at timestamptz)"));
    const script = await project.write("migrate.mjs", MIGRATION);
    await configure(`node ${script}`);
    const env = { PG: new URL("../../../node_modules/pg/esm/index.mjs", import.meta.url).href };
    const leader = project.start(["migrate"], env);
    await expect.poll(() => lines("began"), { timeout: 30_000, interval: 50 }).toHaveLength(1);
    const waiters = [project.start(["migrate", "--json"], env), project.start(["migrate", "--json"], env)];
    leader.child.kill("SIGKILL");
    const killed = performance.now();
    await expect.poll(() => lines("began"), { timeout: 30_000, interval: 50 }).toHaveLength(2);
    expect(performance.now() - killed).toBeLessThan(10_000);
    const ends = await Promise.all(waiters.map(({ finished }) => finished));
    expect(ends.map(({ code, stderr }) => (code === 0 ? "" : stderr))).toEqual(["", ""]);
    const work = await withSession(url, (session) => session.query<{ what: string }>("select what from work order by at, id"));
    expect(work.map(({ what }) => what)).toEqual(["begin", "begin", "end"]);
    // If the command of the killed leader had continued, it would have written a second "end".
    expect(await lines("ended")).toHaveLength(1);
  });
});

/** Writes begin and end with the time of the database, and keeps a session open between them. */
const MIGRATION = `
import { appendFileSync } from "node:fs";
const { default: pg } = await import(process.env.PG);
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
await client.query("insert into work (what, at) values ('begin', clock_timestamp())");
appendFileSync("began", "x\\n");
await client.query("select pg_sleep(2)");
await client.query("insert into work (what, at) values ('end', clock_timestamp())");
appendFileSync("ended", "x\\n");
await client.end();
`;

describe("failed migrations", () => {
  test("end every waiter with exit code 11 and the leader's error within two seconds", { timeout: 120_000 }, async () => {
    await configure("echo starting; sleep 3; echo 'relation \"orders\" does not exist' >&2; date +%s%N > failed; exit 3");
    await project.offshoot(["up"]);
    const all = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const result = await project.offshoot(["migrate"]);
        return { ...result, returned: Date.now() };
      }),
    );
    expect(all.map(({ code }) => code)).toEqual(Array.from({ length: 8 }, () => 11));
    for (const { stderr } of all) expect(stderr).toContain('relation "orders" does not exist');
    const failedAt = Number((await lines("failed"))[0]) / 1e6;
    for (const { returned } of all) expect(returned - failedAt).toBeLessThan(2000 + START_UP);
  });

  test("are not run again in the same attempt, unless --retry is set", { timeout: 60_000 }, async () => {
    await configure("test -f fixed");
    await project.offshoot(["up"]);
    expect((await project.offshoot(["migrate"])).code).toBe(11);
    await project.write("fixed", "");
    expect((await project.offshoot(["migrate"])).code).toBe(11);
    const again = await project.offshoot(["migrate", "--retry", "--json"]);
    expect([again.code, (JSON.parse(again.stdout) as { state: string }).state]).toEqual([0, "ran"]);
  });
});

/** Milliseconds that a process of the CLI can need to end on two busy cores. */
const START_UP = 2000;
