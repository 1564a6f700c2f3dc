import type { Env } from "../../environment.ts";
import { codeOf } from "../../errors.ts";
import { lineageOf, listProcesses, type Process } from "../../process/processes.ts";
import { readFailure, readText } from "../../read-file.ts";
import { matchesPattern } from "./match.ts";
import type { Look, Lost, Watched } from "./observe.ts";
import { restartCounter } from "./restarts.ts";

/** A worker that runs already: one process, the process of a pid file, or all processes that match a pattern. */
export type ProcessTarget = { readonly pid: number } | { readonly pidFile: string } | { readonly match: RegExp };

/** Which processes are the worker, or why there is none. */
type Choice = readonly Process[] | { readonly why: string };

/** Watches processes that were not started here. They are not stopped. */
export function watchedProcesses(target: ProcessTarget, env: Env): Watched {
  const counter = restartCounter();
  const lost = lossOf(target);
  let first: Process | undefined;
  return {
    async look(): Promise<Look> {
      const choice = await choose(target, await listProcesses(env));
      if ("why" in choice) {
        if (!("pid" in target)) return { state: "absent", why: choice.why };
        return first === undefined
          ? { state: "ended", how: choice.why, never: true }
          : { state: "ended", how: "a status that only its parent knows" };
      }
      const running = choice.filter(({ isZombie }) => !isZombie);
      const [one] = running;
      if (one === undefined) return { state: "ended", how: "a status that its parent did not read, so it is a zombie" };
      first ??= one;
      // A pid belongs to another process when its start differs.
      if ("pid" in target && one.started !== first.started)
        return { state: "ended", how: "an unknown status: its process id belongs to another process now" };
      lost.look(running);
      counter.look(running.map((each) => ({ ...each, command: first?.command ?? each.command })));
      return { state: "running" };
    },
    restarts: () => counter.most(),
    lost: () => (counter.most() === undefined ? lost.first() : undefined),
  };
}

interface Loss {
  look(running: readonly Process[]): void;
  /** The process that ended first while others of the worker ran on. */
  first(): Lost | undefined;
}

/** Notes which of the processes of a pattern ended. A worker with a process id has only one. */
function lossOf(target: ProcessTarget): Loss {
  const seen = new Map<string, Process>();
  let lost: Lost | undefined;
  return {
    look(running) {
      if (!("match" in target)) return;
      const keys = new Set(running.map(keyOf));
      const [ended] = [...seen].filter(([key]) => !keys.has(key));
      for (const each of running) seen.set(keyOf(each), each);
      if (ended === undefined) return;
      const [, { pid, command }] = ended;
      lost ??= { at: performance.now(), how: `a status that only its parent knows (process ${pid} of ${seen.size}: ${command})` };
    },
    first: () => lost,
  };
}

function keyOf({ pid, started }: Process): string {
  return `${pid} ${started}`;
}

async function choose(target: ProcessTarget, all: readonly Process[]): Promise<Choice> {
  if ("match" in target) {
    // The pattern is also an argument of this process, and of the shell that started it.
    const own = lineageOf(process.pid, all);
    const found = all.filter((each) => !own.has(each.pid) && matchesPattern(target.match, each));
    return found.length > 0 ? found : { why: `no process matches ${target.match.source}` };
  }
  const pid = "pid" in target ? target.pid : await pidIn(target.pidFile);
  if (typeof pid === "string") return { why: pid };
  const found = all.find((each) => each.pid === pid);
  return found === undefined ? { why: `there is no process ${pid}` } : [found];
}

/** The pid in a file, or why there is none. */
async function pidIn(file: string): Promise<number | string> {
  try {
    const text = (await readText(file, 4096)).trim();
    return /^\d{1,10}(?=\s|$)/.test(text) ? Number.parseInt(text, 10) : `${file} contains no process id`;
  } catch (thrown) {
    if (codeOf(thrown) === undefined) throw thrown;
    return `could not read ${file}: ${readFailure(thrown)}`;
  }
}
