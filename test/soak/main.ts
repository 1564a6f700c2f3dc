/**
 * Lets runs of mixed kinds come and go on one machine: `npm run soak [-- --minutes N]`, default 30. Prints what they leave every
 * half minute, and fails when processes, open files, memory or disk have grown at the end.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { randomFrom } from "../support/random.ts";
import { type Sample, takeSample } from "./sample.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const BIN = join(ROOT, "bin/offshoot.js");
const SAMPLE_MS = 30_000;
/** How much more the last sample may show than the first one: sessions and caches of the server differ by chance. */
const ALLOWED: Readonly<Record<keyof Sample, number>> = { processes: 3, files: 150, memoryMb: 150, diskMb: 60, entries: 3000 };

const { values } = parseArgs({ options: { minutes: { type: "string", default: "30" } } });
const folder = await mkdtemp(join(tmpdir(), "offshoot-soak-"));
await chmod(folder, 0o755);
await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
await mkdir(join(folder, "migrations"));
await writeFile(join(folder, "migrations/1.sql"), "create table t (id bigint primary key, note text);\n");
await writeFile(
  join(folder, "offshoot.yaml"),
  "provider: embedded\nbase: true\ncache:\n  bases: 2\nmigrations:\n  - tool: sql\n    folder: migrations\n",
);
const home = join(folder, "home");
const env = { PATH: process.env["PATH"], HOME: folder, OFFSHOOT_HOME: home };

/** One run, as a list of commands. The last one deletes its database, or another job of the run does. */
const RUNS: readonly ((name: string) => readonly (readonly string[])[])[] = [
  (name) => [
    ["up", "--run", name],
    ["migrate", "--run", name],
    ["status", "--run", name],
    ["env", "--run", name],
    ["down", "--run", name],
  ],
  (name) => [["run", "--run", name, "--", "true"]],
  (name) => [["run", "--run", name, "--", "false"]],
  (name) => [["up", "--run", name], ["audit", "--run", name], ["list"], ["down", "--run", name]],
  (name) => [
    ["up", "--run", name, "--ttl", "1s"],
    ["sweep", "--yes", "--idle", "1s", "--older-than", "1s"],
    ["down", "--run", name],
  ],
];

async function offshoot(args: readonly string[], killAfterMs: number | undefined): Promise<void> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, env, stdio: "ignore" });
  const kill = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  await once(child, "exit");
  clearTimeout(kill);
}

const random = randomFrom(1);
const end = performance.now() + Number(values.minutes) * 60_000;
let runs = 0;
async function worker(id: number): Promise<void> {
  while (performance.now() < end) {
    const name = `soak-${id}-${runs++}`;
    const commands = random.pick(RUNS)(name);
    // One run of ten is killed in one of its commands, and cleaned up by the next ones.
    const killed = random.chance(0.1) ? random.between(0, commands.length - 1) : -1;
    for (const [at, command] of commands.entries()) await offshoot(command, at === killed ? random.between(0, 1000) : undefined);
    if (killed >= 0) await offshoot(["down", "--run", name], undefined);
  }
}

const samples: Sample[] = [];
const watch = async (): Promise<void> => {
  for (let next = performance.now(); performance.now() < end; next += SAMPLE_MS) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(next, end) - performance.now())));
    const sample = await takeSample(home);
    samples.push(sample);
    print(
      `${runs} runs  ${Object.entries(sample)
        .map(([name, value]) => `${name} ${value}`)
        .join("  ")}`,
    );
  }
};
try {
  await offshoot(["up", "--run", "keeps-the-server"], undefined);
  await Promise.all([watch(), worker(1), worker(2)]);
  // The first samples are from the warm-up.
  const [first, last] = [samples[Math.min(2, samples.length - 1)], await takeSample(home)];
  const grown = (Object.keys(ALLOWED) as (keyof Sample)[]).filter((name) => last[name] - (first?.[name] ?? 0) > ALLOWED[name]);
  print(`at the end, after ${runs} runs: ${JSON.stringify(last)}`);
  if (grown.length > 0) print(`Grown: ${grown.join(", ")}`);
  process.exitCode = grown.length > 0 ? 1 : 0;
} finally {
  await offshoot(["down", "--run", "keeps-the-server"], undefined);
  await rm(folder, { recursive: true, force: true });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
