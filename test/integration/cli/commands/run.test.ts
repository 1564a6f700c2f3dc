import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { withDatabase } from "../../../../src/postgres/url.ts";
import { commentOn, formatComment, parseComment } from "../../../../src/providers/local/databases.ts";
import { withSession } from "../../../support/session.ts";
import { makeProject, type Project } from "../../../support/cli.ts";
import { startMock } from "../../../support/mock-server.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
});

afterAll(() => project.remove());

const databases = async (run: string): Promise<number> => {
  const { stdout } = await project.offshoot(["list", "--json"]);
  return (JSON.parse(stdout) as { run: string; kind: string }[]).filter((entry) => entry.kind === "run" && entry.run === run).length;
};

/** A run renews its expiry from the start, so no short time to live expires during a test. */
async function expire(key: string): Promise<void> {
  const { DATABASE_URL: url = "" } = JSON.parse((await project.offshoot(["env", "--run", key, "--json"])).stdout) as Record<string, string>;
  const name = new URL(url).pathname.slice(1);
  await withSession(withDatabase(url, "postgres"), async (session) => {
    const [row] = await session.query<{ comment: string }>(
      "select shobj_description(oid, 'pg_database') as comment from pg_database where datname = $1",
      [name],
    );
    const { tag } = parseComment(row?.comment ?? null);
    if (tag === undefined) throw new Error(`${name} has no tag`);
    await session.query(commentOn(name, formatComment({ ...tag, expires: "2020-01-01T00:00:00Z" })));
  });
}

describe("run", () => {
  test("passes the URLs to the command, prints its output unchanged, and deletes the database", async () => {
    const script =
      'process.stdout.write(`${process.env.DATABASE_URL === process.env.DATABASE_URL_UNPOOLED} ${process.env.PGDATABASE !== ""}\\n`)';
    const result = await project.offshoot(["run", "--run", "plain", "--", process.execPath, "-e", script]);
    expect([result.code, result.stdout]).toEqual([0, "true true\n"]);
    expect(await databases("plain")).toBe(0);
  });

  test("prints a table of the phases at the end with --timings", async () => {
    const { stderr } = await project.offshoot(["run", "--run", "table", "--timings", "--", "true"]);
    expect(
      stderr
        .trimEnd()
        .split("\n")
        .slice(-4)
        .map((line) => line.split(" ")[0]),
    ).toEqual(["up", "command", "down", "total"]);
  });

  test("ends with the exit code of the command, and deletes the database", async () => {
    expect((await project.offshoot(["run", "--run", "fails", "--", "sh", "-c", "exit 37"])).code).toBe(37);
    expect(await databases("fails")).toBe(0);
  });

  test("ends with the same exit code as a shell if a signal ended the command", async () => {
    expect((await project.offshoot(["run", "--run", "signalled", "--", "sh", "-c", "kill -9 $$"])).code).toBe(137);
  });

  test("deletes the database if the command does not exist", async () => {
    const result = await project.offshoot(["run", "--run", "missing", "--", "no-such-command-here"]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("Could not start no-such-command-here: the command was not found.");
    expect(await databases("missing")).toBe(0);
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "ends the command on %s, deletes the database, and ends with the exit code of the signal",
    async (signal) => {
      // With `exec` there is no shell. A shell that is starting its child can miss the signal.
      const running = project.start(["run", "--run", signal.toLowerCase(), "--", "sh", "-c", "echo started; exec sleep 60"]);
      await running.until("started");
      running.child.kill(signal);
      const { code } = await running.finished;
      expect(code).toBe(128 + { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }[signal]);
      expect(await databases(signal.toLowerCase())).toBe(0);
    },
  );

  test("ends at once on a third signal, and prints which database is kept and how to delete it", async () => {
    // While the server is stopped, the deletion waits for it.
    const server = `$(head -n 1 "$OFFSHOOT_HOME"/postgres-*/data/postmaster.pid)`;
    const running = project.start([
      "run",
      "--run",
      "twice",
      "--",
      "sh",
      "-c",
      `kill -STOP ${server}; echo ${server} stopped; exec sleep 60`,
    ]);
    await running.until("stopped");
    for (const signal of ["SIGINT", "SIGTERM", "SIGINT"] as const) {
      running.child.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    const { code, stderr, stdout } = await running.finished;
    process.kill(Number.parseInt(stdout, 10), "SIGCONT");
    expect(code).toBe(130);
    expect(stderr).toMatch(/embedded database offshoot\/\S+ is kept until \d{4}-.*Delete it with: npx offshoot down --run twice/);
    expect(await databases("twice")).toBe(1);
    expect((await project.offshoot(["down", "--run", "twice"])).code).toBe(0);
    expect(await databases("twice")).toBe(0);
  });

  test("--keep keeps the database and prints how to connect to it and how to delete it", async () => {
    const { code, stderr } = await project.offshoot(["run", "--run", "kept", "--keep", "--", "true"]);
    expect(code).toBe(0);
    expect(stderr).toContain("npx offshoot psql --run kept");
    expect(stderr).toContain("npx offshoot down --run kept");
    expect(await databases("kept")).toBe(1);
  });

  test("--keep-on-failure keeps the database only if the command fails", async () => {
    await project.offshoot(["run", "--run", "good", "--keep-on-failure", "--", "true"]);
    expect(await databases("good")).toBe(0);
    const { code, stderr } = await project.offshoot(["run", "--run", "bad", "--keep-on-failure", "--", "false"]);
    expect([code, await databases("bad")]).toEqual([1, 1]);
    expect(stderr).toContain("npx offshoot down --run bad");
  });

  test("--keep-on-failure is passed on to the test runners, and --json is said to have no effect", async () => {
    const command = ["--", "sh", "-c", 'echo "kept: $OFFSHOOT_KEEP_ON_FAILURE"'];
    const given = await project.offshoot(["run", "--run", "passed", "--keep-on-failure", "--json", ...command]);
    expect(given).toMatchObject({ code: 0, stdout: "kept: true\n", stderr: expect.stringContaining("--json has no effect here") });
    const own = await project.offshoot(["run", "--run", "passed", "--keep-on-failure", ...command], { OFFSHOOT_KEEP_ON_FAILURE: "false" });
    expect(own.stdout).toBe("kept: false\n");
    const without = await project.offshoot(["run", "--run", "passed", ...command]);
    expect([without.stdout, without.stderr]).toEqual(["kept: \n", expect.not.stringContaining("no effect")]);
  });

  test("--keep-on-failure names the database that it keeps after a failed migration", async () => {
    const env = { OFFSHOOT_MIGRATIONS_COMMAND: "false", OFFSHOOT_MIGRATIONS_FILES: await project.write("failing.sql", "") };
    const { code, stderr } = await project.offshoot(["run", "--run", "unmigrated", "--keep-on-failure", "--", "true"], env);
    expect([code, await databases("unmigrated")]).toEqual([11, 1]);
    expect(stderr.replaceAll(/\s+/g, " ")).toMatch(
      /was kept\. Connect to it: npx offshoot psql --run unmigrated\. Delete it: npx offshoot down --run unmigrated/,
    );
    await project.offshoot(["down", "--run", "unmigrated"]);
  });

  test("the last of several commands with the same run deletes the database", async () => {
    const slow = project.start(["run", "--run", "shared", "--", "sh", "-c", "echo started; until test -e done.txt; do sleep 0.1; done"]);
    await slow.until("started");
    const quick = await project.offshoot(["run", "--run", "shared", "--", "true"]);
    expect(quick.code).toBe(0);
    expect(await databases("shared")).toBe(1);
    await project.write("done.txt", "");
    expect((await slow.finished).code).toBe(0);
    expect(await databases("shared")).toBe(0);
  });

  test("a command that ends at once does not delete the database of jobs that still wait for the migrations", async () => {
    await project.write("slow.sh", 'echo ran >> "$RAN"\nsleep 2\npsql "$DATABASE_URL" -qc "create table a (id int primary key)"\n');
    const ran = await project.write("ran.txt", "");
    const env = { OFFSHOOT_MIGRATIONS_COMMAND: "sh slow.sh", OFFSHOOT_MIGRATIONS_FILES: "slow.sh", RAN: ran };
    const all = await Promise.all([1, 2, 3].map(() => project.offshoot(["run", "--run", "brief", "--", "true"], env)));
    expect(all.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0, 0]);
    expect(await readFile(ran, "utf8")).toBe("ran\n");
    expect(await databases("brief")).toBe(0);
  });

  test.each(["flag", "file"])("an offshoot that the command calls finds the same database, with a name from the %s", async (from) => {
    const nested = await makeProject({ OFFSHOOT_HOME: project.env["OFFSHOOT_HOME"] ?? "", OFFSHOOT_RUN: "" });
    execFileSync("git", ["init", "--quiet", nested.directory]);
    if (from === "file") await nested.write("offshoot.yaml", "run: outer\n");
    await mkdir(join(nested.directory, "sub"));
    await nested.write("sub/offshoot.yaml", "provider: embedded\n");
    const cli = `${process.execPath} ${join(import.meta.dirname, "../../../../bin/offshoot.js")}`;
    const script = `${cli} env --format json && cd sub && ${cli} env --format json && ${cli} run -- sh -c 'echo "[\\"$PGDATABASE\\"]"'`;
    const flags = from === "flag" ? ["--run", "outer"] : [];
    const { stdout, stderr } = await nested.offshoot(["run", ...flags, "--", "sh", "-c", `echo "[\\"$PGDATABASE\\"]"; ${script}`]);
    const seen = stdout.split("\n").flatMap((line) => {
      if (!/^[[{]/.test(line)) return [];
      const value = JSON.parse(line) as string[] | Record<string, string>;
      return [Array.isArray(value) ? value[0] : value["PGDATABASE"]];
    });
    expect(stderr).not.toMatch(/^error/m);
    expect(seen).toHaveLength(4);
    expect(new Set(seen).size).toBe(1);
    await rm(nested.directory, { recursive: true });
  });

  test("does not delete a database that `up` created", async () => {
    await project.offshoot(["up", "--run", "early"]);
    expect((await project.offshoot(["run", "--run", "early", "--", "true"])).code).toBe(0);
    expect(await databases("early")).toBe(1);
    await project.offshoot(["down", "--run", "early"]);
    expect(await databases("early")).toBe(0);
  });

  test("after kill -9 the database exists, `list` shows it, and the next `up` adopts it", { tags: "proof" }, async () => {
    const running = project.start(["run", "--run", "killed", "--", "sh", "-c", "echo started; sleep 5"]);
    await running.until("started");
    running.child.kill("SIGKILL");
    await running.finished;
    expect(await databases("killed")).toBe(1);
    const next = await project.offshoot(["up", "--run", "killed", "--json"]);
    expect((JSON.parse(next.stdout) as { created: boolean }).created).toBe(false);
    expect((await project.offshoot(["down", "--run", "killed"])).code).toBe(0);
  });

  test("after kill -9 a sweep deletes the expired database", { tags: "proof" }, async () => {
    const running = project.start(["run", "--run", "stale", "--", "sh", "-c", "echo started; sleep 3"]);
    await running.until("started");
    running.child.kill("SIGKILL");
    await running.finished;
    await expire("stale");
    // The command's own process notices the end of offshoot and ends it.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const plan = await project.offshoot(["sweep", "--idle", "0", "--json"]);
    const named = (JSON.parse(plan.stdout) as { delete: { run: string; reason: string }[] }).delete;
    // The idle reaper of the server can delete it before the sweep, which is also correct.
    const found = named.find(({ run }) => run === "stale") ?? (await databases("stale"));
    expect([0, { ...Object(found), reason: "expired" }]).toContainEqual(found);
    expect((await project.offshoot(["sweep", "--idle", "0", "--yes"])).code).toBe(0);
    expect(await databases("stale")).toBe(0);
  });
});

test("a run for which every provider refused does not say that a database may be left", async () => {
  const { code, stderr } = await project.offshoot(["run", "--provider", "existing", "--", "true"], {
    OFFSHOOT_EXISTING_URL: "postgresql://postgres:secret@127.0.0.1:9/postgres",
  });
  expect({ code, stderr }).toEqual({ code: 13, stderr: expect.stringContaining("error The provider existing cannot provide a database") });
  expect(stderr).not.toContain("may still exist");
});

test("a run that migrates shows the findings of the audit once, and so does a later one", { tags: "proof" }, async () => {
  const own = await makeProject({ GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "acme/shop", GITHUB_RUN_ID: "7", OFFSHOOT_TTL: "1h" });
  onTestFinished(() => own.remove());
  await mkdir(join(own.directory, "migrations"));
  await own.write("migrations/0001_item.sql", "create table item (id int primary key);\n");
  await own.write("spec.yaml", "version: 1\nschemas:\n  public:\n    tables:\n      missing: { severity: warning }\n");
  await own.write("offshoot.yaml", "migrations: { tool: sql }\naudit: spec.yaml\n");
  const first = await own.offshoot(["run", "--keep", "--", "true"]);
  const later = await own.offshoot(["run", "--", "true"]);
  for (const { code, stdout, stderr } of [first, later]) {
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr.match(/^audit +1 finding \(/gm)).toHaveLength(1);
    expect((stdout + stderr).match(/^::warning .*missing/gm)).toHaveLength(1);
  }
});

test(
  "a rehearsal that no provider can run after the database was created does not hide that its deletion failed",
  { tags: "proof" },
  async () => {
    const mock = await startMock("--postgres", "--operation-time", "50");
    const own = await makeProject({ ...mock.env, OFFSHOOT_PROVIDER: "neon", OFFSHOOT_RUN: "left" });
    onTestFinished(async () => {
      await mock.control("DELETE", "faults");
      await own.remove();
      await mock.stop();
    });
    await mkdir(join(own.directory, "migrations"));
    await own.write("migrations/0001_item.sql", "create table item (id int);\n");
    await own.write("offshoot.yaml", "migrations:\n  tool: sql\nrehearse: true\n");
    // The run's branch is the last one that the plan of the project allows.
    const limit = { status: 422, code: "BRANCHES_LIMIT_EXCEEDED", message: "branches limit exceeded" };
    await mock.control("POST", "faults", { method: "POST", route: "/projects/{project_id}/branches", skip: 1, times: -1, ...limit });
    await mock.control("POST", "faults", { method: "DELETE", status: 403, message: "not allowed", times: -1 });
    const { code, stderr } = await own.offshoot(["run", "--", "true"]);
    const [name] = (await mock.branches()).flatMap((branch) => (branch.name.startsWith("offshoot/") ? [branch.name] : []));
    expect({ code, stderr }).toMatchObject({ code: 13, stderr: expect.stringContaining("The parent branch cannot be copied") });
    expect(name).toMatch(/\/left--/);
    expect(stderr).toContain(`The database ${name} could not be deleted and may still exist (`);
    expect(stderr).toMatch(/ Delete it: npx offshoot down --run left$/m);
    // The command that it names deletes the branch.
    await mock.control("DELETE", "faults");
    expect(await own.offshoot(["down", "--run", "left"])).toMatchObject({ code: 0 });
    expect((await mock.branches()).map((branch) => branch.name)).not.toContain(name);
  },
);
