import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
});

afterAll(() => project.remove());

const databases = async (run: string): Promise<number> => {
  const { stdout } = await project.offshoot(["list", "--json"]);
  return (JSON.parse(stdout) as { run: string; kind: string }[]).filter((entry) => entry.kind === "run" && entry.run === run).length;
};

describe("run", () => {
  test("hands the URLs to the command, streams its output untouched, and removes the database", async () => {
    const script =
      'process.stdout.write(`${process.env.DATABASE_URL === process.env.DATABASE_URL_UNPOOLED} ${process.env.PGDATABASE !== ""}\\n`)';
    const result = await project.offshoot(["run", "--run", "plain", "--", process.execPath, "-e", script]);
    expect([result.code, result.stdout]).toEqual([0, "true true\n"]);
    expect(await databases("plain")).toBe(0);
  });

  test("ends with a table of the phases", async () => {
    const { stderr } = await project.offshoot(["run", "--run", "table", "--", "true"]);
    expect(
      stderr
        .trimEnd()
        .split("\n")
        .slice(-4)
        .map((line) => line.split(" ")[0]),
    ).toEqual(["up", "command", "down", "total"]);
  });

  test("passes the command's exit code through and still tears down", async () => {
    expect((await project.offshoot(["run", "--run", "fails", "--", "sh", "-c", "exit 37"])).code).toBe(37);
    expect(await databases("fails")).toBe(0);
  });

  test("reports a command that a signal ended as a shell does", async () => {
    expect((await project.offshoot(["run", "--run", "signalled", "--", "sh", "-c", "kill -9 $$"])).code).toBe(137);
  });

  test("tears down when the command does not exist", async () => {
    const result = await project.offshoot(["run", "--run", "missing", "--", "no-such-command-here"]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("Could not start no-such-command-here: the command was not found.");
    expect(await databases("missing")).toBe(0);
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("on %s ends the command, tears down, and says so by its status", async (signal) => {
    // `exec`: a shell that is just starting its child may miss the signal, which is the shell's affair.
    const running = project.start(["run", "--run", signal.toLowerCase(), "--", "sh", "-c", "echo started; exec sleep 60"]);
    await running.until("started");
    running.child.kill(signal);
    const { code } = await running.finished;
    expect(code).toBe(128 + { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }[signal]);
    expect(await databases(signal.toLowerCase())).toBe(0);
  });

  test("a second signal ends it at once and says what stays, until when, and how to remove it", async () => {
    const running = project.start(["run", "--run", "twice", "--", "sh", "-c", "trap '' TERM; echo started; while :; do sleep 1; done"]);
    await running.until("started");
    running.child.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 300));
    running.child.kill("SIGTERM");
    const { code, stderr } = await running.finished;
    expect(code).toBe(143);
    expect(stderr).toMatch(/embedded database offshoot\/\S+ is kept until \d{4}-.*Delete it with: offshoot down --run twice/);
    expect(await databases("twice")).toBe(1);
    expect((await project.offshoot(["down", "--run", "twice"])).code).toBe(0);
    expect(await databases("twice")).toBe(0);
  });

  test("--keep leaves the database and prints how to reach and remove it", async () => {
    const { code, stderr } = await project.offshoot(["run", "--run", "kept", "--keep", "--", "true"]);
    expect(code).toBe(0);
    expect(stderr).toContain("offshoot env --run kept");
    expect(stderr).toContain("offshoot down --run kept");
    expect(await databases("kept")).toBe(1);
  });

  test("--keep-on-failure leaves it only when the command fails", async () => {
    await project.offshoot(["run", "--run", "good", "--keep-on-failure", "--", "true"]);
    expect(await databases("good")).toBe(0);
    const { code, stderr } = await project.offshoot(["run", "--run", "bad", "--keep-on-failure", "--", "false"]);
    expect([code, await databases("bad")]).toEqual([1, 1]);
    expect(stderr).toContain("offshoot down --run bad");
  });

  test("of several that share one run, the last one removes the database", async () => {
    const slow = project.start(["run", "--run", "shared", "--", "sh", "-c", "echo started; until test -e done.txt; do sleep 0.1; done"]);
    await slow.until("started");
    const quick = await project.offshoot(["run", "--run", "shared", "--", "true"]);
    expect(quick.code).toBe(0);
    expect(await databases("shared")).toBe(1);
    await project.write("done.txt", "");
    expect((await slow.finished).code).toBe(0);
    expect(await databases("shared")).toBe(0);
  });

  test("jobs that still wait for the migrations keep the database from a sibling that is done at once", async () => {
    await project.write("slow.sh", 'echo ran >> "$RAN"\nsleep 2\npsql "$DATABASE_URL" -qc "create table a (id int primary key)"\n');
    const ran = await project.write("ran.txt", "");
    const env = { OFFSHOOT_MIGRATIONS_COMMAND: "sh slow.sh", OFFSHOOT_MIGRATIONS_FILES: "slow.sh", RAN: ran };
    const all = await Promise.all([1, 2, 3].map(() => project.offshoot(["run", "--run", "brief", "--", "true"], env)));
    expect(all.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0, 0]);
    expect(await readFile(ran, "utf8")).toBe("ran\n");
    expect(await databases("brief")).toBe(0);
  });

  test("leaves a database that `up` created for `down` to remove", async () => {
    await project.offshoot(["up", "--run", "early"]);
    expect((await project.offshoot(["run", "--run", "early", "--", "true"])).code).toBe(0);
    expect(await databases("early")).toBe(1);
    await project.offshoot(["down", "--run", "early"]);
    expect(await databases("early")).toBe(0);
  });

  test("killed with -9 leaves a database that list shows, and that the next up adopts", async () => {
    const running = project.start(["run", "--run", "killed", "--", "sh", "-c", "echo started; sleep 5"]);
    await running.until("started");
    running.child.kill("SIGKILL");
    await running.finished;
    expect(await databases("killed")).toBe(1);
    const next = await project.offshoot(["up", "--run", "killed", "--json"]);
    expect((JSON.parse(next.stdout) as { created: boolean }).created).toBe(false);
    expect((await project.offshoot(["down", "--run", "killed"])).code).toBe(0);
  });

  test("killed with -9 is swept once it has expired", async () => {
    const running = project.start(["run", "--run", "stale", "--ttl", "1s", "--", "sh", "-c", "echo started; sleep 3"]);
    await running.until("started");
    running.child.kill("SIGKILL");
    await running.finished;
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const plan = await project.offshoot(["sweep", "--idle", "0", "--json"]);
    const named = (JSON.parse(plan.stdout) as { delete: { run: string; reason: string }[] }).delete;
    // The server's keeper may have been quicker, which is as good.
    const found = named.find(({ run }) => run === "stale") ?? (await databases("stale"));
    expect([0, { ...Object(found), reason: "expired" }]).toContainEqual(found);
    expect((await project.offshoot(["sweep", "--idle", "0", "--yes"])).code).toBe(0);
    expect(await databases("stale")).toBe(0);
  });
});
