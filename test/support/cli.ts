import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { Host } from "../../src/cli/host.ts";

const BIN = new URL("../../bin/offshoot.js", import.meta.url).pathname;

/** How one real process of the CLI ended. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** `performance.now()` at the end. */
  readonly at: number;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Waits until stderr or stdout holds the text. */
  until(text: string): Promise<void>;
}

/** A project folder with a state folder of its own, and the CLI to run in it. */
export interface Project {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Writes a file of the project. */
  write(name: string, text: string): Promise<string>;
  /** `cwd`: default the project's folder. */
  start(args: readonly string[], env?: Readonly<Record<string, string | undefined>>, cwd?: string): Running;
  offshoot(args: readonly string[], env?: Readonly<Record<string, string | undefined>>, cwd?: string): Promise<Finished>;
  /** Runs the CLI in this process, without the cost of a process start. Signals and exits cannot be tested with it. */
  call(args: readonly string[], env?: Readonly<Record<string, string | undefined>>, cwd?: string): Promise<Finished>;
  /** Removes every database of the project's runs, stops its server and deletes the folder. */
  remove(): Promise<void>;
}

/** An empty project outside any CI: embedded Postgres, its own state folder, no key. */
export async function makeProject(env: Readonly<Record<string, string>> = {}): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), "offshoot-cli-"));
  // The server's user must be able to enter the state folder when the tests run as root.
  const home = await mkdtemp(join(tmpdir(), "offshoot-home-"));
  const { chmod } = await import("node:fs/promises");
  await chmod(home, 0o755);
  const base: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    HOME: directory,
    OFFSHOOT_HOME: home,
    OFFSHOOT_PROVIDER: "embedded",
    OFFSHOOT_RUN: "test",
    NO_COLOR: "1",
    ...env,
  };
  const start = (args: readonly string[], more: Readonly<Record<string, string | undefined>> = {}, cwd = directory): Running =>
    run(args, cwd, { ...base, ...more });
  return {
    directory,
    env: base,
    async write(name, text) {
      const path = join(directory, name);
      await writeFile(path, text);
      return path;
    },
    start,
    offshoot: (args, more, cwd) => start(args, more, cwd).finished,
    call: (args, more = {}, cwd = directory) => callMain(args, cwd, { ...base, ...more }),
    async remove() {
      // The last `down` stops the server; whatever tests left behind is found by the list.
      const { stdout } = await start(["list", "--json"]).finished;
      const listed = JSON.parse(stdout === "" ? "[]" : stdout) as { run: string | null; kind: string }[];
      for (const { run: name, kind } of listed)
        if (kind === "run" && name !== null) await start(["down", "--run", name, "--force"]).finished;
      await start(["down", "--force"]).finished;
      await rm(directory, { recursive: true, force: true });
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Runs the CLI with a replacement of the process, and collects its output. */
async function callMain(args: readonly string[], cwd: string, env: Readonly<Record<string, string | undefined>>): Promise<Finished> {
  const { main } = await import("../../src/cli/main.ts");
  const written = { stdout: "", stderr: "" };
  const streamOf = (name: "stdout" | "stderr"): Writable =>
    new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        written[name] += text;
        done();
      },
    });
  const host: Host = {
    argv: [process.execPath, BIN, ...args],
    env: { ...env },
    stdout: streamOf("stdout") as unknown as Host["stdout"],
    stderr: streamOf("stderr") as unknown as Host["stderr"],
    stdin: { isTTY: false } as Host["stdin"],
    cwd: () => cwd,
    on: () => process,
    exit: (code) => {
      throw new Error(`The CLI ended its process with ${code}.`);
    },
    exitCode: undefined,
  };
  await main(host);
  // The test runner may force colours, which the CLI would not use on a stream like these.
  const [stdout, stderr] = [stripVTControlCharacters(written.stdout), stripVTControlCharacters(written.stderr)];
  return { code: Number(host.exitCode ?? 0), signal: null, stdout, stderr, at: performance.now() };
}

function run(args: readonly string[], cwd: string, env: Readonly<Record<string, string | undefined>>): Running {
  const child = spawn(process.execPath, [BIN, ...args], { cwd, env: { ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  const heard = new Set<() => void>();
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    for (const listen of heard) listen();
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
    for (const listen of heard) listen();
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr, at: performance.now() }));
  });
  return {
    child,
    finished,
    until: (text) =>
      new Promise((resolve, reject) => {
        const listen = (): void => {
          if (!stdout.includes(text) && !stderr.includes(text)) return;
          heard.delete(listen);
          resolve();
        };
        heard.add(listen);
        listen();
        void finished.then(() => reject(new Error(`ended before it said "${text}":\n${stdout}\n${stderr}`)));
      }),
  };
}
