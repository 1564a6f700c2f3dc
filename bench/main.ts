/**
 * Times of whole processes beside their peers: `npm run bench [-- NAME...] [-- --json FILE] [-- --svg FILE] [-- --rounds N]`. The names
 * are the keys of `COMPARISONS`; default: all. Every round runs each way once, so that a change in the speed of the machine
 * affects all of them. `--check` fails when a ratio is worse by half than the one in `recorded.json`, and `--record` writes that file.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { chart } from "./chart.ts";
import { compare } from "./compare.ts";
import { record, worseThanRecorded } from "./recorded.ts";
import { audit } from "./processes/audit.ts";
import { broker } from "./processes/broker.ts";
import { clones } from "./processes/clones.ts";
import { cold } from "./processes/cold.ts";
import { type Comparison, markdown, type Row, rowsOf } from "./processes/comparison.ts";
import { firstRequest } from "./processes/first-request.ts";
import { firstUp } from "./processes/first-up.ts";
import { docker } from "./processes/docker.ts";
import { drift } from "./processes/drift.ts";
import { local } from "./processes/local.ts";
import { neon } from "./processes/neon.ts";
import { readiness } from "./processes/readiness.ts";
import { runners } from "./processes/runners.ts";
import { template } from "./processes/template.ts";

const COMPARISONS: Readonly<Record<string, () => Promise<Comparison>>> = {
  local,
  "first-up": firstUp,
  template,
  docker,
  neon,
  "first-request": firstRequest,
  cold,
  readiness,
  runners,
  audit,
  drift,
  broker,
  clones,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "string" },
    svg: { type: "string" },
    rounds: { type: "string" },
    check: { type: "boolean" },
    record: { type: "boolean" },
  },
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
if (values.svg !== undefined) await writeFile(values.svg, await chart(rows));
if (values.record === true) await record(rows);
if (values.check === true) {
  const worse = await worseThanRecorded(rows);
  for (const line of worse) console.log(`Slower than recorded: ${line}`);
  if (worse.length > 0) process.exitCode = 1;
}
