// @module-tag proof
import { execFile } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

const run = promisify(execFile);
const OFFSHOOT = `"${process.execPath}" "${new URL("../../../bin/offshoot.js", import.meta.url).pathname}"`;

let project: Project;

beforeAll(async () => {
  project = await makeProject();
  await project.offshoot(["up"]);
});

afterAll(() => project.remove());

/** Runs lines of bash in which `offshoot` is the CLI. The exit status of a pipe is that of its first command. */
async function bash(
  script: string,
  cwd = project.directory,
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const lines = `offshoot() { ${OFFSHOOT} "$@"; }\n${script}\nexit \${PIPESTATUS[0]}`;
  try {
    const { stdout, stderr } = await run("bash", ["-c", lines], { cwd, env: { ...project.env } });
    return { code: 0, out: stdout, err: stderr };
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

const runsLeft = async (): Promise<readonly string[]> => {
  const { stdout } = await project.offshoot(["list", "--json"]);
  return (JSON.parse(stdout) as { run: string }[]).map((entry) => entry.run);
};

describe("a reader that has ended", () => {
  test.each([
    ["of stdout and stderr", "offshoot run -q --run away -- sh -c 'sleep 0.5; exit 7' 2>&1 | true", 7],
    ["of stderr", "offshoot run --run away -- sh -c 'sleep 0.5; echo text' 2> >(true)", 0],
    ["of stderr, which the migrations write to", "offshoot run --run away --set migrations.command='seq 9999' -- true 2> >(head -c1)", 0],
  ])("%s does not keep the database of a run, and does not change its exit status", async (_, script, code) => {
    expect(await bash(script)).toMatchObject({ code, err: expect.not.stringContaining("EPIPE") });
    expect(await runsLeft()).toEqual(["test"]);
  });

  test("of a list is not an error", async () => {
    expect(await bash("offshoot list | true")).toEqual({ code: 0, out: "", err: "" });
    expect(await bash("offshoot list --json | head -c1")).toEqual({ code: 0, out: "[", err: "" });
    expect(await bash("offshoot --help | true")).toEqual({ code: 0, out: "", err: "" });
  });

  test("ends `status --watch`", async () => {
    expect(await bash("timeout 20 bash -c 'OFFSHOOT status --watch | head -1'".replace("OFFSHOOT", OFFSHOOT))).toMatchObject({
      code: 0,
      out: "run         test\n",
    });
  });
});

describe("a full disk under stdout", () => {
  test("is one error without a stack, because a part of the result is missing", async () => {
    const { code, err } = await bash("offshoot list > /dev/full");
    expect(code).toBe(1);
    expect(err.trim().split("\n")).toEqual([
      expect.stringMatching(/^error The result was not written completely: ENOSPC/),
      "  Free some disk space or write to another file, and run the command again.",
    ]);
  });

  test("does not keep the database of a run, also when stderr is on that disk", async () => {
    expect((await bash("offshoot run --run full -- sh -c 'exit 3' > /dev/full 2>&1")).code).toBe(3);
    expect(await runsLeft()).toEqual(["test"]);
  });
});

test("closed streams do not disturb a command", async () => {
  expect(await bash("offshoot run --run closed -- true >&- 2>&- <&-")).toEqual({ code: 0, out: "", err: "" });
  expect((await bash("offshoot list >&-")).code).toBe(0);
  expect(await runsLeft()).toEqual(["test"]);
});

test("a terminal that is closed ends the run, and its database is deleted", async () => {
  // `script` gives the command a terminal. When `script` is killed, the terminal is closed and the command gets SIGHUP.
  await bash(`script -qfc '${OFFSHOOT} run --run hangup -- sh -c "echo \\$PPID > pid; sleep 60"' /dev/null > /dev/null & 
    until test -s pid; do sleep 0.1; done; kill -9 $!; while kill -0 $(cat pid); do sleep 0.1; done`);
  expect(await runsLeft()).toEqual(["test"]);
});

test("a working directory that was deleted is one error without a stack", async () => {
  const away = join(project.directory, "away");
  for (const command of ["list", "run -- true", "check workflow", "init"]) {
    await mkdir(away);
    const { code, err } = await bash(`rmdir "$PWD"; offshoot ${command}`, away);
    await rm(away, { recursive: true, force: true });
    expect([code, err.split("\n")[0]]).toEqual([2, "error The working directory of this process was deleted, or it cannot be read."]);
  }
});
