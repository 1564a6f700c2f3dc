import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Comparison } from "./comparison.ts";
import { mustRun, ROOT } from "./process.ts";

/** The peer, in the version that the tests use. */
const PEER = "neonctl@5.0.1";

/** `npx` with an empty npm cache, as in a job of a project that does not use Node: it downloads and installs everything. */
export async function cold(): Promise<Comparison> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-cold-"));
  // The last build is packed, without another build.
  const file = mustRun("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], { cwd: ROOT });
  // A package with one line: what npm itself takes.
  await mkdir(join(folder, "empty"));
  await writeFile(join(folder, "empty/package.json"), '{ "name": "empty", "version": "1.0.0", "bin": "empty.js" }');
  await writeFile(join(folder, "empty/empty.js"), "#!/usr/bin/env node\n");
  const empty = mustRun("npm", ["pack", "--silent", "--pack-destination", folder, join(folder, "empty")]);
  const npx = (spec: string, program: string) => async (): Promise<() => Promise<void>> => {
    const cache = await mkdtemp(join(folder, "cache-"));
    mustRun("npx", ["--yes", `--package=${spec}`, program, "--version"], { cwd: folder, env: { ...process.env, npm_config_cache: cache } });
    return () => rm(cache, { recursive: true });
  };
  return {
    name: "npx with an empty cache",
    rounds: 5,
    ways: {
      "neonctl --version": npx(PEER, "neonctl"),
      "offshoot --version": npx(join(folder, file), "offshoot"),
      "an empty package": npx(join(folder, empty), "empty"),
    },
    goals: { "offshoot --version": 0.2 },
    cleanUp: () => rm(folder, { recursive: true }),
  };
}
