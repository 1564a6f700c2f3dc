import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf } from "../../src/errors.ts";

/**
 * Runs `npm test` several times in a row while another process keeps one core busy, and stops at the first failure:
 * `npm run test:repeat -- 10`. It counts the runs that passed in a file, so that an interrupted series continues.
 * A failure sets the count to zero.
 */
const ROOT = new URL("../..", import.meta.url).pathname;
const FILE = `${ROOT}node_modules/.cache/offshoot/repeat.json`;

const wanted = Number(process.argv[2] ?? 10);

const busy = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
try {
  for (let passed = readCount(); passed < wanted;) {
    const { status } = spawnSync("npm", ["test"], { cwd: ROOT, stdio: "inherit" });
    passed = status === 0 ? passed + 1 : 0;
    writeCount(passed);
    process.stdout.write(`\n${passed} of ${wanted} runs passed in a row.\n`);
    if (status !== 0) {
      process.exitCode = 1;
      break;
    }
  }
} finally {
  busy.kill();
}

function readCount(): number {
  try {
    return (JSON.parse(readFileSync(FILE, "utf8")) as { passed: number }).passed;
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return 0;
    throw thrown;
  }
}

function writeCount(passed: number): void {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, JSON.stringify({ passed }));
}
