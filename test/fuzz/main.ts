/**
 * Gives random input to everything that reads what others wrote: `npm run fuzz [-- NAME...] [-- --cases N] [-- --random]
 * [-- --seed N] [-- --path PATH]`. Fails for an error that is not offshoot's, an input that takes more than a second, and more
 * than 256 MB of memory. `--random` takes a new seed. `--seed` and `--path` play a failure again.
 */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { TARGETS } from "./targets.ts";
import type { Outcome, Work } from "./worker.ts";

const SEED = 20_261_101;
const MOST_MB = 256;
/** A case that hangs never returns, so this process ends the one that runs it. */
const HANG_MS = 60_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cases: { type: "string" }, random: { type: "boolean" }, seed: { type: "string" }, path: { type: "string" } },
});
const seed = values.random === true ? Date.now() % 2 ** 31 : Number(values.seed ?? SEED);
const cases = Number(values.cases ?? 5000);
const wanted = TARGETS.filter(({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)));
if (wanted.length === 0) throw new Error(`The targets are: ${TARGETS.map(({ name }) => name).join(", ")}.`);

const waiting = [...wanted];
const failures: string[] = [];
print(`seed ${seed}, ${cases} cases each, at most ${MOST_MB} MB`);
await Promise.all(
  Array.from({ length: Math.min(2, availableParallelism()) }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await play(next.name);
  }),
);
if (failures.length > 0) {
  print(failures.join("\n\n"));
  process.exitCode = 1;
}

async function play(name: string): Promise<void> {
  const start = performance.now();
  const { played, slowestMs, memoryMb, failure } = await outcomeOf({ name, seed, cases, path: values.path });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const verdict = failure === undefined ? "passed" : "FAILED";
  print(`${verdict}  ${name.padEnd(29)} ${played} cases in ${seconds} s  slowest ${slowestMs.toFixed(0)} ms  ${memoryMb.toFixed(0)} MB`);
  if (failure !== undefined) failures.push(`${name}, seed ${seed}:\n${failure}`);
}

function outcomeOf(work: Work): Promise<Outcome> {
  const child = fork(fileURLToPath(new URL("worker.ts", import.meta.url)), [JSON.stringify(work)], {
    execArgv: ["--import", "tsx", `--max-old-space-size=${MOST_MB}`],
  });
  return new Promise((resolve) => {
    let played = 0;
    let since = performance.now();
    let hangs = false;
    const watch = setInterval(() => {
      hangs = performance.now() - since > HANG_MS;
      if (hangs) child.kill("SIGKILL");
    }, 500);
    child.on("message", (message: number | Outcome) => {
      since = performance.now();
      if (typeof message === "number") played = message;
      else resolve(message);
    });
    child.on("exit", (code, signal) => {
      clearInterval(watch);
      const why = hangs ? `did not end within ${HANG_MS / 1000} s` : `ended the process (${signal ?? code}): see above`;
      resolve({ played, slowestMs: Number.NaN, memoryMb: Number.NaN, failure: `Case ${played} ${why}.` });
    });
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
