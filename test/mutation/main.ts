/**
 * Makes random changes to a schema with every kind of object, and checks that `drift` reports each one and that the repair
 * reverts it: `npm run mutations -- --seed 1 --count 300 --majors 15,16,17,18`. A failure prints its seed.
 */
import { parseArgs } from "node:util";
import { messageOf } from "../../src/errors.ts";
import { findMajor } from "../support/majors.ts";
import { startServer } from "../support/server.ts";
import { prepareTemplate } from "./template.ts";
import { kindsFor } from "./kinds.ts";
import { held, type Held, unheld, writeHeld } from "./held.ts";
import type { Verdict } from "./repair.ts";
import { withWorkCopy, type Tried, tryMutation } from "./try.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "300" },
    majors: { type: "string", default: "15,16,17,18" },
    parallel: { type: "string", default: "2" },
    /** Prints how often each kind was tried. */
    coverage: { type: "boolean", default: false },
    /** Writes what this run reached to held.json: how many kinds there are, and which of them were not repaired. */
    write: { type: "boolean", default: false },
    /** Also prints the changes that were reported as not repairable. */
    verbose: { type: "boolean", default: false },
  },
});
const first = Number(values.seed);
const count = Number(values.count);
const startedAt = performance.now();
const waiting = values.majors.split(",").map(Number);
const failures: string[] = [];
const reached: Record<string, Held> = {};

/** The share of changes that a repair must revert. It must report the others. */
const LEAST_SHARE = 0.95;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function worker(): Promise<void> {
  for (let major = waiting.shift(); major !== undefined; major = waiting.shift()) {
    const binaries = await findMajor(major);
    if (binaries !== undefined) await testMajor(major, binaries);
  }
}

async function testMajor(major: number, binaries: string): Promise<void> {
  const server = await startServer({}, { binaries });
  const tried: Tried[] = [];
  try {
    const template = await prepareTemplate(server.url, { rows: true });
    await withWorkCopy(template, async (session) => {
      for (let seed = first; seed < first + count; seed += 1) {
        const one = await tryMutation(template, session, seed).catch((thrown: unknown) => addFailure(major, seed, thrown));
        if (one === undefined) continue;
        tried.push(one);
        printTrial(major, one);
      }
    });
  } finally {
    await server.stop();
  }
  printSummary(major, tried);
}

/** A statement that Postgres always refuses, and an error in this script, are failures too. */
function addFailure(major: number, seed: number, thrown: unknown): undefined {
  failures.push(`--majors ${major} --seed ${seed} --count 1`);
  print(`\nFAILED: ${failures.at(-1)}\n  ${messageOf(thrown)}`);
}

function printTrial(major: number, { seed, name, sql, wrong, repair }: Tried): void {
  const failed = wrong.length > 0 || repair.kind === "wrong";
  if (!failed && !(values.verbose && repair.kind === "reported")) return;
  const again = `--majors ${major} --seed ${seed} --count 1`;
  if (failed) failures.push(again);
  print(
    [
      `\n${failed ? "FAILED" : "reported"}: ${again} (${name})${repair.onlyWithRows === true ? ", but repaired without rows" : ""}`,
      `  ${sql}`,
      ...[...wrong, ...repair.why].map((line) => `  ${line}`),
    ].join("\n"),
  );
}

function printSummary(major: number, tried: readonly Tried[]): void {
  const found = tried.filter(({ wrong }) => wrong.length === 0).length;
  const repaired = (kind: Verdict["kind"]): number => tried.filter(({ repair }) => repair.kind === kind).length;
  const share = repaired("converged") / tried.length;
  print(
    `PostgreSQL ${major}: ${found} of ${tried.length} changes found; ${repaired("converged")} reverted, ` +
      `${repaired("reported")} reported as not repairable, ${repaired("wrong")} repaired wrongly (${seconds()} s)`,
  );
  if (tried.length >= 100 && share < LEAST_SHARE) {
    failures.push(`PostgreSQL ${major}: ${(share * 100).toFixed(1)} % reverted, ${LEAST_SHARE * 100} % required`);
    print(`FAILED: ${failures.at(-1)}`);
  }
  checkHeld(major, tried);
  if (!values.coverage) return;
  for (const name of Object.keys(kindsFor(major))) {
    print(`${String(tried.filter((each) => each.name === name).length).padStart(4)}  ${name}`);
  }
}

/** The number of kinds and of those that are repaired cannot fall below `held.json`. Only the draws of the default seed are held. */
function checkHeld(major: number, tried: readonly Tried[]): void {
  const kinds = Object.keys(kindsFor(major));
  const drawn = new Set(tried.map(({ name }) => name));
  const notRepaired = new Set(
    tried.filter(({ repair }) => repair.kind !== "converged" && repair.onlyWithRows !== true).map(({ name }) => name),
  );
  const onlyWithRows = tried.filter(({ repair }) => repair.onlyWithRows === true).length;
  const now = { kinds: kinds.length, notRepaired: [...notRepaired].toSorted() };
  print(
    `PostgreSQL ${major}: ${kinds.length} kinds of changes, ${drawn.size} tried, ${drawn.size - notRepaired.size} repaired in every trial, ` +
      `where ${onlyWithRows} trials were repaired only without rows, whose values no schema defines`,
  );
  if (first !== 1) return;
  if (values.write && drawn.size === kinds.length) reached[major] = now;
  const problems = values.write ? [] : unheld(held[major], now).map((text) => `PostgreSQL ${major}: ${text}`);
  for (const problem of problems) print(`FAILED: ${problem}`);
  failures.push(...problems);
}

function seconds(): string {
  return ((performance.now() - startedAt) / 1000).toFixed(0);
}

await Promise.all(Array.from({ length: Number(values.parallel) }, worker));
if (values.write) await writeHeld({ ...held, ...reached });
print(failures.length === 0 ? "every change was found, and no repair was wrong" : `${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
