import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { build, type BuildOptions, type Metafile, transform } from "esbuild";
import type { CommonJsProgram, Program } from "../../../src/program.ts";
import { lazyBuiltins, noCloudflare, nodeCrypto, noWebClient, packageNames, sharedCode } from "./plugins.ts";
import { type Chunk, joinRooms } from "./rooms.ts";

export const ROOT = new URL("../../..", import.meta.url).pathname;

/** Programs that run in their own processes. Only the action starts the first one; npm does not publish it. They are files of their own, where `programFile` finds them. */
const PROGRAMS = Object.keys({
  "action/lock-holder": true,
  "readiness/watchdog": true,
  "process/command-watchdog": true,
  "providers/docker/idle-reaper": true,
  "providers/local/cluster/idle-reaper": true,
  "migration-tools/apply-sql": true,
} satisfies Record<Exclude<Program, `runners/${string}`>, true>) as readonly Program[];

/** Programs that the test runner of the user loads. They stay ES modules. */
const RUNNER_PROGRAMS = Object.keys({
  "runners/vitest-global-setup": true,
  "runners/vitest-setup": true,
  "runners/jest-global-setup": true,
  "runners/jest-global-teardown": true,
  "runners/jest-reporter": true,
  "runners/playwright-global-setup": true,
  "runners/playwright-reporter": true,
  "runners/playwright-server": true,
} satisfies Record<Exclude<Extract<Program, `runners/${string}`>, "runners/holder">, true>);

/** Programs that the sandbox of Jest loads: the function that each exports is the whole module. */
const COMMON_JS_PROGRAMS = Object.keys({
  "runners/jest-setup": true,
  "runners/jest-after-env": true,
} satisfies Record<CommonJsProgram, true>);

/** Entry points of the package for test runners, as ES modules and for `require()`. They only talk to the program that holds the databases. */
const RUNNER_ENTRIES = ["runners/vitest", "runners/jest", "runners/playwright", "runners/node-test"];
const COMMON_JS_ENTRIES = ["runners/jest", "runners/playwright", "runners/node-test-database"];

const RUNNER_FILES = [...RUNNER_PROGRAMS, ...RUNNER_ENTRIES];

/**
 * esbuild can divide only ES modules into chunks. In them, packages in CommonJS call a `require` that must be created. They call it
 * only for modules of Node, because esbuild includes everything else. `getBuiltinModule` loads none of them before it is called.
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
  write: false,
  logLevel: "warning",
} as const satisfies BuildOptions;

/** What an ES module knows of itself, in CommonJS. */
const META = { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename", "import.meta.url": "importMetaUrl" };
const FILE_URL = 'const importMetaUrl=require("node:url").pathToFileURL(__filename).href;';

const PLUGINS = [lazyBuiltins, noCloudflare, nodeCrypto, noWebClient, packageNames];

/** What to bundle. The keys are paths of entry points below the folder, the values their sources below `src`, both without extension. */
export interface Bundle {
  readonly folder: string;
  readonly entries: Readonly<Record<string, string>>;
}

/**
 * Empties a folder and writes the bundle into it: the entry points with the code that they share in chunks beside them, and
 * each program as one file. All are modules in CommonJS, which Node starts in less time, and whose compiled code can be kept.
 * Returns, for each written file, the paths of the sources in it, from the root of the repository.
 */
export async function bundle({ folder, entries }: Bundle): Promise<ReadonlyMap<string, readonly string[]>> {
  await rm(folder, { recursive: true, force: true });
  const shared = await sharedCode(join(ROOT, "src"));
  const results = await Promise.all([
    build({
      ...OPTIONS,
      entryPoints: inputs(entries),
      outdir: folder,
      splitting: true,
      chunkNames: "chunks/[name]-[hash]",
      plugins: [...PLUGINS, shared.plugin],
    }),
    ...[...COMMON_JS_PROGRAMS, ...COMMON_JS_ENTRIES].map((entry) =>
      build({
        ...OPTIONS,
        format: "cjs",
        outExtension: { ".js": ".cjs" },
        entryPoints: inputs({ [entry]: entry }),
        outdir: folder,
        banner: { js: FILE_URL },
        define: { ...OPTIONS.define, ...META },
        ...(COMMON_JS_PROGRAMS.includes(entry) ? { footer: { js: "module.exports = module.exports.default ?? {};" } } : {}),
      }),
    ),
    ...[...PROGRAMS, ...RUNNER_FILES].map((program) =>
      build({ ...OPTIONS, entryPoints: inputs({ [program]: program }), outdir: folder, plugins: PLUGINS }),
    ),
  ]);
  const chunks = await Promise.all(
    results.flatMap(({ outputFiles, metafile }) =>
      outputFiles
        .filter(({ path }) => !path.endsWith(".map"))
        .map(async ({ path, text }) => {
          const map = outputFiles.find((other) => other.path === `${path}.map`)?.text ?? "";
          const isReady = path.endsWith(".cjs") || RUNNER_FILES.some((program) => path === join(folder, `${program}.js`));
          const output = metafile.outputs[relative(ROOT, path)];
          const made = isReady ? { file: path, code: text, map } : await commonJs(path, text, map);
          const room = dirname(path) === join(folder, "chunks") ? roomOf(output, shared.paths) : undefined;
          return { ...made, sources: sourcesOf(output), room } satisfies Chunk;
        }),
    ),
  );
  const files = joinRooms(chunks);
  for (const { file, code, map } of files) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, code);
    await writeFile(`${file}.map`, map);
  }
  return new Map(files.map(({ file, sources }) => [file, sources]));
}

/** Undefined for what the frequent commands load, and for a package. A provider is a room of its own. */
function roomOf(output: Metafile["outputs"][string] | undefined, shared: ReadonlySet<string>): string | undefined {
  const [largest] = Object.entries(output?.inputs ?? {}).toSorted(([, one], [, other]) => other.bytesInOutput - one.bytesInOutput);
  const source = output?.entryPoint ?? largest?.[0] ?? "";
  return shared.has(join(ROOT, source)) && output?.entryPoint === undefined
    ? undefined
    : /^src\/(providers\/[\w-]+(?=\/)|[\w-]+(?=\/))/.exec(source)?.[1]?.replace("/", "-");
}

/** The first use of `performance` loads all measurements of Node. Only differences of the times are used. */
const MONOTONIC = "const monotonicMs=()=>{const[s,ns]=process.hrtime();return s*1e3+ns/1e6};";

/** A chunk as a module in CommonJS. */
async function commonJs(path: string, text: string, map: string): Promise<Pick<Chunk, "file" | "code" | "map">> {
  const file = path.replace(/\.js$/, ".cjs");
  const withMap = `${text.replace(REQUIRE, "")}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}`;
  const made = await transform(withMap, {
    format: "cjs",
    platform: "node",
    target: OPTIONS.target,
    minify: true,
    sourcemap: "external",
    sourcefile: basename(path),
    supported: { "dynamic-import": false },
    define: { ...META, "performance.now": "monotonicMs" },
    banner: `${text.includes("performance.now") ? MONOTONIC : ""}${text.includes("import.meta.url") ? FILE_URL : ""}`,
  });
  if (made.warnings.length > 0) throw new Error(`${path}: ${made.warnings.map((warning) => warning.text).join("; ")}`);
  const code = withoutCopies(made.code)
    .replaceAll(/\brequire\("(\.{1,2}\/[^"]+)\.js"\)/g, 'require("$1.cjs")')
    // The loader of modules asks for the same in ten times as many steps.
    .replaceAll(/\brequire\(("node:[\w/]+")\)/g, "process.getBuiltinModule($1)");
  return { file, code, map: made.map };
}

/**
 * The functions that read the exports of a chunk are the module. esbuild copies each into a function of another object, which marks
 * an ES module for importers outside of the bundle, and again where a chunk is imported on demand.
 */
function withoutCopies(code: string): string {
  return code
    .replace(/(\bmodule\.exports=)\w+\((\w+)\)/, "$1$2")
    .replaceAll(/(\.then\(\(\)=>)\w+\((require\("\.{1,2}\/[^"]+"\))\)/g, "$1$2");
}

function inputs(entries: Bundle["entries"]): { in: string; out: string }[] {
  return Object.entries(entries).map(([out, source]) => ({ in: join(ROOT, "src", `${source}.ts`), out }));
}

/** The sources of which something is in the output. esbuild reads more than it uses. */
function sourcesOf(output: Metafile["outputs"][string] | undefined): readonly string[] {
  return Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
}
