/** Compares the time of `offshoot --help` with the start of Node alone. The goal is a ratio of at most 1.5. */
import { spawnSync } from "node:child_process";
import { compare, median, table } from "./compare.ts";

const BIN = new URL("../bin/offshoot.js", import.meta.url).pathname;

const start = (...args: string[]) => {
  return async (): Promise<void> => {
    const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
    if (status !== 0) throw new Error(`node ${args.join(" ")} exited with ${status}.`);
  };
};

const sides = await compare(15, { "node -e 0": start("-e", "0"), "offshoot --help": start(BIN, "--help") });
console.log(table(sides));
const [floor, help] = sides.map(({ times }) => median(times));
console.log(`goal: a ratio of at most 1.50; measured: ${((help ?? 0) / (floor ?? 1)).toFixed(2)}`);
