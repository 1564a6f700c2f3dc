import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { inject, onTestFinished } from "vitest";
import { freePort } from "../../src/providers/local/cluster/start.ts";
import { skipWithout } from "./require.ts";
import { withSession } from "./session.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

export type Runner = "vitest" | "jest" | "playwright" | "node-test" | "pytest" | "rspec";
/** `current`: the newest version of a test runner; `previous`: the major or minor before it. */
export type Version = "current" | "previous";

/** How a test runner ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export interface RunnerProject {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** The test runner, without flags. */
  readonly command: readonly string[];
  /** Starts the test runner. */
  start(
    args?: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): { readonly child: ChildProcess; readonly ended: Promise<Ended>; until(text: string): Promise<void> };
  run(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  write(file: string, text: string): Promise<void>;
  /** Names of the databases on the server that belong to this project, without the base, which later runs use. */
  databases(): Promise<readonly string[]>;
  offshoot(...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }>;
}

/** Whether the test runners of this version are installed. A line reports it when they are not. */
export function hasRunners(version: Version): boolean {
  const isThere = existsSync(join(ROOT, "test/runners", version, "node_modules/vitest"));
  if (!isThere)
    skipWithout(`the ${version} test runners`, `they are not installed (npm ci --prefix test/runners/${version} --ignore-scripts)`);
  return isThere;
}

/**
 * A copy of an example of `examples/test-runners`, with offshoot installed in it as npm does, and the test runner of that
 * version. Its databases are on the shared server of the tests.
 */
export async function runnerProject(runner: Runner, version: Version = "current"): Promise<RunnerProject> {
  const folder = realpathSync(await mkdtemp(join(tmpdir(), "offshoot-runner-")));
  await cp(join(ROOT, "examples/test-runners", runner), folder, { recursive: true });
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, ".bin"), { recursive: true });
  // A link would lead to this checkout, where other versions of the test runners are.
  for (const part of ["package.json", "bin", "dist", "schema"]) {
    await cp(join(ROOT, part), join(modules, "offshoot", part), { recursive: true, filter: (path) => !path.endsWith(".map") });
  }
  await symlink("../offshoot/bin/offshoot.js", join(modules, ".bin/offshoot"));
  const installed = join(ROOT, "test/runners", version, "node_modules");
  for (const name of ["vitest", "jest", "pg", "@playwright/test"]) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(installed, name), join(modules, name));
  }
  const name = folder.split("-").at(-1)?.toLowerCase() ?? "";
  const env: Record<string, string> = {
    PATH: `${join(modules, ".bin")}:${process.env["PATH"] ?? ""}`,
    HOME: folder,
    NO_COLOR: "1",
    OFFSHOOT_PROVIDER: "existing",
    OFFSHOOT_EXISTING_URL: inject("serverUrl"),
    OFFSHOOT_EXISTING_CLONES: "true",
    // For `offshoot clone` below `offshoot run`.
    OFFSHOOT_PASS_SECRETS: "true",
    PORT: String(await freePort()),
  };
  const databases = async (): Promise<readonly string[]> => {
    const rows = await admin<{ name: string }>(
      "select datname as name from pg_database d where datname not like 'offshoot_template%' and strpos(lower(shobj_description(d.oid, 'pg_database')), $1) > 0 order by 1",
      [`"repository":"offshoot-runner-${name}`],
    );
    return rows.map((row) => row.name);
  };
  const start: RunnerProject["start"] = (args = [], more = {}) => {
    const [file = "", ...rest] = commandOf(runner, installed);
    const child = spawn(file, [...rest, ...args], {
      cwd: folder,
      env: { ...env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let output = "";
    const waiting = new Set<() => void>();
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
        for (const check of waiting) check();
      });
    }
    const ended = new Promise<Ended>((resolve) => child.on("close", (code, signal) => resolve({ code, signal, output })));
    const until = (text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!output.includes(text)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
        void ended.then(() => reject(new Error(`ended without ${JSON.stringify(text)}:\n${output}`)));
      });
    return { child, ended, until };
  };
  onTestFinished(async () => {
    for (const left of await databases()) {
      await admin(`alter database "${left}" with allow_connections true`, []).catch(() => {});
      await admin(`drop database if exists "${left}" with (force)`, []).catch(() => {});
    }
    await rm(folder, { recursive: true, force: true });
  });
  return {
    folder,
    env,
    command: commandOf(runner, installed),
    start,
    databases,
    run: (args, more) => start(args, more).ended,
    async write(file, text) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    },
    offshoot: (...args) =>
      promisify(execFile)(process.execPath, [join(modules, "offshoot/bin/offshoot.js"), ...args], { cwd: folder, env }),
  };
}

const admin = <T>(sql: string, values: readonly unknown[]): Promise<T[]> =>
  withSession(inject("serverUrl"), (session) => session.query(sql, values as never)) as Promise<T[]>;

/** The command of the example's script `test`, without npm, which does not pass all signals on. */
function commandOf(runner: Runner, installed: string): readonly string[] {
  switch (runner) {
    case "vitest":
      return [process.execPath, join(installed, "vitest/vitest.mjs"), "run"];
    case "jest":
      return [process.execPath, join(installed, "jest/bin/jest.js")];
    case "playwright":
      return [process.execPath, join(installed, "@playwright/test/cli.js"), "test"];
    case "node-test":
      return [process.execPath, "--import", "offshoot/node-test", "--test"];
    case "pytest":
      return ["/usr/bin/python3", "-m", "pytest"];
    case "rspec":
      return ["rspec"];
  }
}
