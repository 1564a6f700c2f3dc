import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const BIN = new URL("../../../bin/offshoot.js", import.meta.url);

/** The packages whose files a command loads, found with a loader hook of Node. */
async function packagesLoadedBy(...args: string[]): Promise<readonly string[]> {
  const directory = await mkdtemp(join(tmpdir(), "offshoot-start-"));
  try {
    const log = join(directory, "loaded");
    const hooks = `import { appendFileSync } from "node:fs";
      export async function load(url, context, next) { appendFileSync(${JSON.stringify(log)}, url + "\\n"); return next(url, context); }`;
    const register = `import { register } from "node:module"; register("data:text/javascript," + encodeURIComponent(${JSON.stringify(hooks)}));`;
    await writeFile(join(directory, "register.mjs"), register);
    await promisify(execFile)(process.execPath, ["--import", join(directory, "register.mjs"), BIN.pathname, ...args]);
    const loaded = (await readFile(log, "utf8")).split("\n");
    return [...new Set(loaded.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []))].toSorted();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test("--help and --version load only the package commander", async () => {
  expect(await packagesLoadedBy("--help")).toEqual(["commander"]);
  expect(await packagesLoadedBy("run", "--help")).toEqual(["commander"]);
  expect(await packagesLoadedBy("--version")).toEqual(["commander"]);
});

test("--version prints the version of the package", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [BIN.pathname, "--version"]);
  const manifest = JSON.parse(await readFile(new URL("../../../package.json", import.meta.url), "utf8")) as { version: string };
  expect(stdout.trim()).toBe(manifest.version);
});
