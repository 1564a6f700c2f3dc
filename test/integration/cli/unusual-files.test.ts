// @module-tag proof
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, symlinkSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

const linux = process.platform === "linux";

let project: Project | undefined;
afterEach(async () => {
  if (project !== undefined) rmSync(project.directory, { recursive: true, force: true });
});

async function newProject(): Promise<Project> {
  project = await makeProject();
  await mkdir(join(project.directory, ".github/workflows"), { recursive: true });
  return project;
}

interface Measured {
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly ms: number;
  /** The largest resident size that the kernel recorded. */
  readonly peakMib: number;
}

/** Runs the CLI as a process of its own, and reads its memory from the kernel. `signalAfterMs`: when SIGTERM is sent. */
async function measure({ directory, env }: Project, args: readonly string[], signalAfterMs?: number): Promise<Measured> {
  const bin = new URL("../../../bin/offshoot.js", import.meta.url).pathname;
  const start = performance.now();
  const child = spawn(process.execPath, [bin, ...args], { cwd: directory, env: { ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let [stderr, peakMib] = ["", 0];
  child.stdout.resume();
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const watch = setInterval(() => (peakMib = Math.max(peakMib, peakOf(child.pid))), 5);
  const timer = signalAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGTERM"), signalAfterMs);
  const late = setTimeout(() => child.kill("SIGKILL"), 45_000);
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  for (const one of [watch, timer, late]) clearTimeout(one);
  return { stderr, code, signal, ms: performance.now() - start, peakMib };
}

function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

const READERS = [
  { what: "configuration", file: "offshoot.yaml", args: ["status"], error: "Could not read the configuration file offshoot.yaml: " },
  {
    what: "audit spec",
    file: "spec.yaml",
    args: ["audit", "--set", "audit.spec=spec.yaml", "--url", "DATABASE_URL"],
    error: "Could not read the audit spec spec.yaml: ",
  },
  {
    what: "workflow",
    file: ".github/workflows/ci.yml",
    args: ["check", "workflow"],
    error: "Could not read .github/workflows/ci.yml: ",
  },
] as const;

test.runIf(linux).each(READERS)("a $what that is a pipe, a device or endless is refused at once", async ({ file, args, error }) => {
  const { directory } = await newProject();
  const path = join(directory, file);
  execFileSync("mkfifo", [path]);
  expect(await measured()).toContain(`${error}it is a pipe (FIFO), not a regular file.`);
  rmSync(path);
  symlinkSync("/dev/zero", path);
  expect(await measured()).toContain(`${error}it is a device, not a regular file.`);
  rmSync(path);
  execFileSync("truncate", ["--size=20G", path]);
  expect(await measured()).toContain(`${error}it is larger than`);

  async function measured(): Promise<string> {
    const { stderr, code, peakMib } = await measure(project as Project, args);
    expect({ code, peakMib }).toEqual({ code: 2, peakMib: expect.toSatisfy((mib: number) => mib < 250) as unknown });
    return stderr;
  }
});

test.runIf(linux).each(READERS)("a $what full of brackets is refused in seconds and in little memory", async ({ file, args }) => {
  const made = await newProject();
  await made.write(file, "[".repeat(200_000));
  const { stderr, code, ms, peakMib } = await measure(made, args);
  expect(stderr).toContain(`${file}:1: nested too deeply; use fewer levels`);
  expect(code).toBe(2);
  expect(peakMib).toBeLessThan(250);
  expect(ms).toBeLessThan(15_000);
});

test.runIf(linux)("SIGTERM ends a command that parses the largest spec that is accepted", async () => {
  const made = await newProject();
  // Each character is a problem, and problems cost the parser most of its time.
  await made.write("spec.yaml", `a:${" ]".repeat(200_000)}`);
  const { code, signal, ms, peakMib } = await measure(made, ["audit", "--set", "audit.spec=spec.yaml", "--url", "DATABASE_URL"], 1000);
  expect(signal === "SIGTERM" || code !== 0).toBe(true);
  expect(ms).toBeLessThan(20_000);
  expect(peakMib).toBeLessThan(2 * 1024);
});

test.runIf(linux)("a state folder or a cache folder that nobody can make ends with one error, or is not needed", async () => {
  const own = await newProject();
  const up = await measure({ ...own, env: { ...own.env, OFFSHOOT_HOME: "/proc/nope/offshoot" } }, ["up"]);
  expect(up.code).toBe(13);
  expect(up.stderr).toMatch(/^error The state folder \/proc\/nope\/offshoot\S* could not be used: ENOENT/m);
  const cached = await measure({ ...own, env: { ...own.env, XDG_CACHE_HOME: "/proc/nope" } }, ["doctor", "--offline"]);
  expect(cached.signal).toBeNull();
});

test.runIf(linux)(
  "a summary that cannot be written is one error after the work, and never the exit status of a failed command",
  async () => {
    const made = await newProject();
    execFileSync("mkfifo", [join(made.directory, "pipe")]);
    for (const [file, reason] of [
      ["pipe", "it is a pipe or a socket, and nothing reads from it"],
      ["/dev/null/summary", "a part of its path is not a folder"],
    ] as const) {
      const { code, stderr } = await measure(made, ["up", "--summary", file]);
      expect([code, stderr]).toEqual([1, expect.stringContaining(`error Could not write the file ${file}: ${reason}.`)]);
      expect(stderr).not.toMatch(/^ {4}at /m);
    }
    const failed = await measure(made, ["run", "--summary", "pipe", "--", "sh", "-c", "exit 7"]);
    expect([failed.code, failed.stderr]).toEqual([7, expect.stringContaining("Could not write the file pipe")]);
    const asOutput = {
      ...made,
      env: { ...made.env, GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "a/b", GITHUB_RUN_ID: "1", GITHUB_OUTPUT: "pipe" },
    };
    expect(await measure(asOutput, ["up", "--outputs"])).toMatchObject({ code: 1, stderr: expect.not.stringMatching(/^ {4}at /m) });
    for (const env of [made.env, asOutput.env]) await measure({ ...made, env }, ["down"]);
  },
);
