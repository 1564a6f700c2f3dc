/**
 * Times of whole processes beside their peers: `npm run bench [-- NAME...] [-- --json FILE] [-- --rounds N]`. Names: local,
 * first-up, cold, neon, broker, clones; default: all. Every round runs each way once, so that a change in the speed of the machine affects all
 * of them. `--check` fails when a ratio is worse by half than the one in `recorded.json`, and `--record` writes that file.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { compare } from "./compare.ts";
import { record, worseThanRecorded } from "./recorded.ts";
import { broker } from "./processes/broker.ts";
import { clones } from "./processes/clones.ts";
import { cold } from "./processes/cold.ts";
import { type Comparison, markdown, type Row, rowsOf } from "./processes/comparison.ts";
import { firstUp } from "./processes/first-up.ts";
import { local } from "./processes/local.ts";
import { neon } from "./processes/neon.ts";

const COMPARISONS: Readonly<Record<string, () => Promise<Comparison>>> = { local, "first-up": firstUp, cold, neon, broker, clones };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "string" }, rounds: { type: "string" }, check: { type: "boolean" }, record: { type: "boolean" } },
});
const rows: Row[] = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(COMPARISONS)) {
  const prepare = COMPARISONS[name];
  if (prepare === undefined) throw new Error(`${name} is not one of ${Object.keys(COMPARISONS).join(", ")}.`);
  const comparison = await prepare();
  try {
    rows.push(...rowsOf(comparison, await compare(Number(values.rounds ?? comparison.rounds), comparison.ways)));
  } finally {
    await comparison.cleanUp?.();
  }
}
console.log(markdown(rows));
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ node: process.version, rows }, undefined, 2)}\n`);
if (values.record === true) await record(rows);
if (values.check === true) {
  const worse = await worseThanRecorded(rows);
  for (const line of worse) console.log(`Slower than recorded: ${line}`);
  if (worse.length > 0) process.exitCode = 1;
}
