import { spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PipelineJob, Shell } from "./pipeline.ts";

/** How a job ended. */
export interface Played {
  readonly name: string;
  readonly state: "passed" | "failed" | "skipped";
  /** The output of its shells, from both streams. */
  readonly log: string;
}

/** Runs the jobs of a pipeline as real processes, each in a copy of the checkout. Jobs without an order run in parallel. */
export async function play(
  jobs: readonly PipelineJob[],
  checkout: string,
  env: Readonly<Record<string, string>>,
): Promise<readonly Played[]> {
  const playing = new Map<string, Promise<Played>>();
  for (const job of jobs) playing.set(job.name, playAfter(job, playing, checkout, env));
  return Promise.all(playing.values());
}

async function playAfter(
  job: PipelineJob,
  others: ReadonlyMap<string, Promise<Played>>,
  checkout: string,
  env: Readonly<Record<string, string>>,
): Promise<Played> {
  const before = job.after.map((name) => others.get(name)).filter((played) => played !== undefined);
  if (before.length < job.after.length) throw new Error(`${job.name} runs after a job that is not defined before it`);
  const states = (await Promise.all(before)).map(({ state }) => state);
  if (!job.always && states.some((state) => state !== "passed")) return { name: job.name, state: "skipped", log: "" };
  return playJob(job, checkout, env);
}

async function playJob(
  { name, shells, afterwards }: PipelineJob,
  checkout: string,
  env: Readonly<Record<string, string>>,
): Promise<Played> {
  const own = await mkdtemp(join(tmpdir(), "offshoot-job-"));
  const directory = join(own, "checkout");
  await cp(checkout, directory, { recursive: true, verbatimSymlinks: true });
  const place = { directory, env: { ...env, BASH_ENV: join(own, "bash-env") } };
  let log = "";
  let code = 0;
  for (const shell of shells) {
    const ended = await run(shell, place);
    log += ended.log;
    code = ended.code;
    if (code !== 0) break;
  }
  for (const shell of afterwards) log += (await run(shell, place)).log;
  await rm(own, { recursive: true, force: true });
  return { name, state: code === 0 ? "passed" : "failed", log };
}

function run(
  { argv: [program, ...flags], script, env: own }: Shell,
  { directory, env }: { readonly directory: string; readonly env: Readonly<Record<string, string>> },
): Promise<{ readonly code: number; readonly log: string }> {
  const child = spawn(program, [...flags, script], { cwd: directory, env: { ...env, ...own }, stdio: ["ignore", "pipe", "pipe"] });
  let log = `+ ${script}\n`;
  child.stdout.on("data", (chunk) => (log += chunk));
  child.stderr.on("data", (chunk) => (log += chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, log }));
  });
}
