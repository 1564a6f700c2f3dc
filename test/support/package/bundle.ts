import { rm } from "node:fs/promises";
import { join } from "node:path";
import { build, type BuildOptions, type Metafile } from "esbuild";
import type { CommonJsProgram, Program } from "../../../src/program.ts";
import { lazyBuiltins, noCloudflare, packageNames, sharedCode } from "./plugins.ts";

export const ROOT = new URL("../../..", import.meta.url).pathname;

/** Programs that run in their own processes. Only the action starts the first one; npm does not publish it. They are files of their own, where `programFile` finds them. */
const PROGRAMS = Object.keys({
  "action/lock-holder": true,
  "readiness/watchdog": true,
  "process/command-watchdog": true,
  "providers/docker/idle-reaper": true,
  "providers/local/cluster/idle-reaper": true,
  "migration-tools/apply-sql": true,
  "runners/vitest-global-setup": true,
  "runners/vitest-setup": true,
  "runners/jest-global-setup": true,
  "runners/jest-global-teardown": true,
  "runners/jest-reporter": true,
  "runners/playwright-global-setup": true,
  "runners/playwright-server": true,
} satisfies Record<Exclude<Program, "runners/holder">, true>) as readonly Program[];

/** Programs that the sandbox of Jest loads: the function that each exports is the whole module. */
const COMMON_JS_PROGRAMS = Object.keys({
  "runners/jest-setup": true,
  "runners/jest-after-env": true,
} satisfies Record<CommonJsProgram, true>);

/** Entry points of the package for `require()`. */
const COMMON_JS_ENTRIES = ["runners/jest", "runners/playwright", "runners/node-test-database"];

/**
 * Packages in CommonJS call `require`, which an ES module must create itself. They call it only for modules of Node, because
 * esbuild includes everything else. `getBuiltinModule` loads none of them before it is called.
 */
const REQUIRE = "const require = process.getBuiltinModule;";

const OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  banner: { js: REQUIRE },
  // An optional part of pg in C, which is loaded only on request. This variable of the user would request it.
  // The runner that loads our setup file is that of the user.
  external: ["pg-native", "vitest"],
  define: { "process.env.NODE_PG_FORCE_NATIVE": '""' },
  legalComments: "none",
  minify: true,
  sourcemap: "external",
  metafile: true,
  logLevel: "warning",
} as const satisfies BuildOptions;

const PLUGINS = [lazyBuiltins, noCloudflare, packageNames];

/** What to bundle. The keys are paths of entry points below the folder, the values their sources below `src`, both without extension. */
export interface Bundle {
  readonly folder: string;
  readonly entries: Readonly<Record<string, string>>;
}

/**
 * Empties a folder and writes the bundle into it: the entry points with the code that they share in chunks beside them, and
 * each program as one file. Returns, for each written file, the paths of the sources in it, from the root of the repository.
 */
export async function bundle({ folder, entries }: Bundle): Promise<ReadonlyMap<string, readonly string[]>> {
  await rm(folder, { recursive: true, force: true });
  const results = await Promise.all([
    build({
      ...OPTIONS,
      entryPoints: inputs(entries),
      outdir: folder,
      splitting: true,
      chunkNames: "chunks/[name]-[hash]",
      plugins: [...PLUGINS, await sharedCode(join(ROOT, "src"))],
    }),
    ...[...COMMON_JS_PROGRAMS, ...COMMON_JS_ENTRIES].map((entry) =>
      build({
        ...OPTIONS,
        format: "cjs",
        outExtension: { ".js": ".cjs" },
        entryPoints: inputs({ [entry]: entry }),
        outdir: folder,
        banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
        define: { ...OPTIONS.define, "import.meta.url": "importMetaUrl" },
        ...(COMMON_JS_PROGRAMS.includes(entry) ? { footer: { js: "module.exports = module.exports.default ?? {};" } } : {}),
      }),
    ),
    ...PROGRAMS.map((program) => build({ ...OPTIONS, entryPoints: inputs({ [program]: program }), outdir: folder, plugins: PLUGINS })),
  ]);
  return new Map(
    results.flatMap(({ metafile }) => Object.entries(metafile.outputs)).map(([file, output]) => [join(ROOT, file), sourcesOf(output)]),
  );
}

function inputs(entries: Bundle["entries"]): { in: string; out: string }[] {
  return Object.entries(entries).map(([out, source]) => ({ in: join(ROOT, "src", `${source}.ts`), out }));
}

/** The sources of which something is in the output. esbuild reads more than it uses. */
function sourcesOf({ inputs: used }: Metafile["outputs"][string]): readonly string[] {
  return Object.entries(used).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
}
