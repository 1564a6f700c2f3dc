/**
 * Measures how costs grow: `tsx bench/growth.ts [NAME...]`. Ten times the size may cost at most fifteen times the time of the
 * processor, and the memory has a limit. Fails otherwise.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Measured } from "./growth/subject.ts";
import { SUBJECTS } from "./growth/subjects.ts";

const MOST_RATIO = 15;
/** A shorter time is measured too roughly for a ratio. */
const LEAST_MS = 20;

/** Memory of Node and of the loader of TypeScript beside the heap, in MB. */
const BESIDE_HEAP_MB = 200;

const MEASURE = fileURLToPath(new URL("growth/measure.ts", import.meta.url));
const wanted = process.argv.slice(2);
const failed: string[] = [];
console.log("| work | time of a tenth | time | ratio | memory |\n|---|---|---|---|---|");
for (const { name, unit, size, mostMb } of SUBJECTS.filter(
  (each) => wanted.length === 0 || wanted.some((part) => each.name.includes(part)),
)) {
  const [small, large] = [await measure(name, size / 10, mostMb), await measure(name, size, mostMb)];
  const ratio = large.cpuMs / Math.max(small.cpuMs, LEAST_MS);
  if (ratio > MOST_RATIO || large.memoryMb > mostMb) failed.push(name);
  const [tenth, whole] = [small.cpuMs, large.cpuMs].map((ms) => `${Math.round(ms)} ms`);
  console.log(
    `| ${name}: ${size.toLocaleString("en")} ${unit} | ${tenth} | ${whole} | ${ratio.toFixed(1)} | ${Math.round(large.memoryMb)} of ${mostMb} MB |`,
  );
}
if (failed.length > 0) {
  console.log(`\nGrows too fast, or needs too much memory: ${failed.join("; ")}`);
  process.exitCode = 1;
}

/** Without a limit V8 lets garbage lie while the machine has memory, so the peak would say nothing. */
async function measure(name: string, size: number, mostMb: number): Promise<Measured> {
  const heap = `--max-old-space-size=${mostMb - BESIDE_HEAP_MB}`;
  const { stdout } = await promisify(execFile)(process.execPath, [heap, "--import", "tsx", MEASURE, name, String(size)], {
    maxBuffer: 1e8,
  });
  return JSON.parse(stdout) as Measured;
}
