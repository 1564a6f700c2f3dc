import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** What must not grow while runs come and go. */
export interface Sample {
  /** Processes that have the state folder of this series in their environment. */
  readonly processes: number;
  /** Files that they have open. */
  readonly files: number;
  /** Their memory in MB. Shared memory counts for each of them. */
  readonly memoryMb: number;
  /** Size of the state folder in MB, and its files. */
  readonly diskMb: number;
  readonly entries: number;
}

/** Samples the processes that belong to a state folder, and the folder. Linux only. */
export async function takeSample(home: string): Promise<Sample> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const own = (await Promise.all(pids.map(async (pid) => ((await belongsTo(pid, home)) ? [pid] : [])))).flat();
  const files = await Promise.all(own.map(async (pid) => (await readdir(`/proc/${pid}/fd`).catch(() => [])).length));
  const memory = await Promise.all(own.map(memoryMbOf));
  const disk = await sizeOf(home);
  return {
    processes: own.length,
    files: sum(files),
    memoryMb: Math.round(sum(memory)),
    diskMb: Math.round(disk.bytes / 1024 / 1024),
    entries: disk.entries,
  };
}

/** A server has only the path of its data in its arguments. */
async function belongsTo(pid: string, home: string): Promise<boolean> {
  const texts = await Promise.all(["environ", "cmdline"].map((name) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "")));
  if (texts.some((text) => text.includes(home))) return true;
  const folder = await readFile(`/proc/${pid}/status`, "utf8")
    .then((text) => /^PPid:\s+(\d+)/m.exec(text)?.[1])
    .catch(() => undefined);
  return (
    folder !== undefined &&
    folder !== "0" &&
    folder !== "1" &&
    (await readFile(`/proc/${folder}/cmdline`, "utf8").catch(() => "")).includes(home)
  );
}

async function memoryMbOf(pid: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
}

async function sizeOf(folder: string): Promise<{ readonly bytes: number; readonly entries: number }> {
  const paths = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(paths.map(async (path) => (await stat(join(folder, path)).catch(() => undefined))?.size ?? 0));
  return { bytes: sum(sizes), entries: paths.length };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}
