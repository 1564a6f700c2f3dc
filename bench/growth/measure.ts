/** Measures one subject at one size, in a process of its own: `measure.ts NAME SIZE`. Prints JSON. */
import { readFile } from "node:fs/promises";
import type { Measured } from "./subject.ts";
import { SUBJECTS } from "./subjects.ts";

const [, , name, size] = process.argv;
const subject = SUBJECTS.find((each) => each.name === name);
if (subject === undefined) throw new Error(`${name} is not a subject.`);
const { run, serverPid, cleanUp } = await subject.prepare(Number(size));
try {
  // The first run also compiles.
  await run();
  const [before, serverBefore] = [process.cpuUsage(), await serverMs()];
  await run();
  const { user, system } = process.cpuUsage(before);
  const measured: Measured = {
    cpuMs: (user + system) / 1000 + (await serverMs()) - serverBefore,
    memoryMb: process.resourceUsage().maxRSS / 1024,
  };
  console.log(JSON.stringify(measured));
} finally {
  await cleanUp?.();
}

/** The time of the server and of its sessions that have not ended, in milliseconds. Linux only. */
async function serverMs(): Promise<number> {
  if (serverPid === undefined) return 0;
  const children = (await readFile(`/proc/${serverPid}/task/${serverPid}/children`, "utf8")).split(" ").filter((pid) => pid !== "");
  const stats = await Promise.all([String(serverPid), ...children].map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
  const ticks = stats.flatMap((line) =>
    line
      .slice(line.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13)
      .map(Number),
  );
  return ticks.reduce((sum, each) => sum + (each || 0), 0) * 10;
}
