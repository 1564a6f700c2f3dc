/** Plays all cases of one target, as a process of its own: a hang and a full memory end only this one. */
import * as fc from "fast-check";
import { judge } from "./judge.ts";
import { TARGETS } from "./targets.ts";

export interface Work {
  readonly name: string;
  readonly seed: number;
  readonly cases: number;
  /** The path to one failed case, from the report of fast-check. */
  readonly path: string | undefined;
}

export interface Outcome {
  readonly played: number;
  readonly slowestMs: number;
  /** The most that the process had, with Node itself and TypeScript's loader. */
  readonly memoryMb: number;
  readonly failure: string | undefined;
}

const { name, seed, cases, path } = JSON.parse(process.argv[2] ?? "") as Work;
const target = TARGETS.find((each) => each.name === name);
if (target === undefined) throw new Error(`${name} is not a target.`);
let played = 0;
let slowestMs = 0;
const property = fc.asyncProperty(target.input, async (input) => {
  played += 1;
  process.send?.(played);
  await judge(target, input, (ms) => (slowestMs = Math.max(slowestMs, ms)));
});
const details = await fc.check(property, { seed, numRuns: cases, ...(path === undefined ? {} : { path }) });
const thrown = details.errorInstance instanceof Error ? details.errorInstance.stack : String(details.errorInstance);
const failure = details.failed ? `${(await fc.asyncDefaultReportMessage(details))?.slice(0, 6000)}\n${thrown}` : undefined;
const outcome: Outcome = { played, slowestMs, memoryMb: process.resourceUsage().maxRSS / 1024, failure };
process.send?.(outcome, () => process.disconnect());
