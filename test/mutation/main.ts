/**
 * Makes random changes to a schema with one of everything, each by a statement of its own, and looks whether `drift`
 * tells them: `npm run mutations -- --seed 1 --count 300 --majors 15,16,17,18`. A failure prints its seed.
 */
import { parseArgs } from "node:util";
import { findMajor } from "../support/majors.ts";
import { startServer } from "../support/server.ts";
import { prepareGround } from "./ground.ts";
import { makersFor } from "./makers.ts";
import { type Tried, tryMutation } from "./try.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "300" },
    majors: { type: "string", default: "15,16,17,18" },
    parallel: { type: "string", default: "2" },
    coverage: { type: "boolean", default: false },
  },
});
const first = Number(values.seed);
const count = Number(values.count);
const startedAt = performance.now();
const waiting = values.majors.split(",").map(Number);
const failures: string[] = [];

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function lane(): Promise<void> {
  for (let major = waiting.shift(); major !== undefined; major = waiting.shift()) {
    const binaries = await findMajor(major);
    if (binaries !== undefined) await play(major, binaries);
  }
}

async function play(major: number, binaries: string): Promise<void> {
  const server = await startServer({}, { binaries });
  const tried: Tried[] = [];
  try {
    const ground = await prepareGround(server.url);
    for (let seed = first; seed < first + count; seed += 1) {
      const one = await tryMutation(ground, seed);
      tried.push(one);
      if (one.wrong.length > 0) fail(major, one);
    }
  } finally {
    await server.stop();
  }
  const found = tried.filter(({ wrong }) => wrong.length === 0).length;
  say(`PostgreSQL ${major}: ${found} of ${tried.length} changes found (${seconds()} s)`);
  if (values.coverage) tellCoverage(major, tried);
}

function fail(major: number, { seed, name, sql, wrong }: Tried): void {
  failures.push(`--majors ${major} --seed ${seed}`);
  say([`\nFAILED: --majors ${major} --seed ${seed} --count 1 (${name})`, `  ${sql}`, ...wrong.map((line) => `  ${line}`)].join("\n"));
}

/** How often each kind and property was changed. */
function tellCoverage(major: number, tried: readonly Tried[]): void {
  for (const name of Object.keys(makersFor(major))) {
    say(`${String(tried.filter((each) => each.name === name).length).padStart(4)}  ${name}`);
  }
}

function seconds(): string {
  return ((performance.now() - startedAt) / 1000).toFixed(0);
}

await Promise.all(Array.from({ length: Number(values.parallel) }, lane));
say(failures.length === 0 ? "every change was found" : `${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
