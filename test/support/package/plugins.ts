import { readdir, readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";

/** Modules of Node that take a millisecond or more to load. Many commands need none of them, or none at their start. */
const LAZY = [
  "child_process",
  "crypto",
  "dns",
  "fs/promises",
  "http",
  "http2",
  "https",
  "net",
  "os",
  "readline",
  "stream",
  "tls",
  "worker_threads",
  "zlib",
];

/**
 * Loads the modules in `LAZY` when one of their exports is first used. An import would load them at the start of the process,
 * and would read all exports, even the 140 root certificates of `tls`. The exports are on the prototype, because esbuild copies
 * the own properties of a module for each file that imports it: a thousand for the commands on a local server.
 */
export const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(?:node:)?(?:${LAZY.join("|")})$`) }, ({ path, kind }) =>
      kind === "dynamic-import" ? undefined : { path, namespace: "lazy" },
    );
    build.onLoad({ filter: /.*/, namespace: "lazy" }, ({ path }) => {
      const load = `process.getBuiltinModule(${JSON.stringify(path)})`;
      // These are functions themselves, so only their exports can be loaded later.
      if (typeof process.getBuiltinModule(path) === "function") return { contents: `module.exports = ${load};` };
      return { contents: `module.exports = Object.create(new Proxy({}, { get: (_, name) => ${load}[name] }));` };
    });
  },
};

/**
 * Gives a package that is loaded with `import()` the same names as in Node. esbuild alone gives a package in CommonJS only the
 * name `default`, when it makes a chunk of it.
 */
export const packageNames: Plugin = {
  name: "package-names",
  setup(build) {
    build.onResolve({ filter: /^[@a-z]/ }, ({ path, kind }) =>
      kind === "dynamic-import" && !isBuiltin(path) ? { path, namespace: "package" } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "package" }, async ({ path }) => {
      const exported = Object.keys((await import(path)) as object);
      const names = exported.filter((name) => name !== "default" && name !== "module.exports");
      const from = JSON.stringify(path);
      const main = exported.includes("default") ? `export { default } from ${from};` : "";
      return {
        contents: `import * as names from ${from}; export const { ${names.join(", ")} } = names; ${main}`,
        resolveDir: import.meta.dirname,
      };
    });
  },
};

/**
 * pg finds out whether it runs on Cloudflare by making a `Response`, for which Node 20 loads its whole HTTP client: half as long
 * as the start of Node itself.
 */
export const noCloudflare: Plugin = {
  name: "no-cloudflare",
  setup(build) {
    build.onLoad({ filter: /\/node_modules\/pg\/lib\/stream\.js$/ }, async ({ path }) => {
      const [before, after, ...more] = (await readFile(path, "utf8")).split("typeof Response === 'function'");
      if (after === undefined || more.length > 0) throw new Error(`${path} does not look for Cloudflare as expected.`);
      return { contents: `${before}false${after}` };
    });
  },
};

/**
 * axios touches two parts of the Web's HTTP client when it is loaded, for which Node loads that whole client, and then sends requests
 * with `node:http`: its adapter for `fetch`, which is still made when somebody chooses it, and `FormData`, which it also knows by its name.
 */
export const noWebClient: Plugin = {
  name: "no-web-client",
  setup(build) {
    const touches = [/^getFetch\(\);$/m, /(?<=^const FormDataCtor = )typeof G\.FormData !== 'undefined' \? G\.FormData : (?=undefined;$)/m];
    build.onLoad({ filter: /\/node_modules\/axios\/dist\/node\/axios\.cjs$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const touch of touches) {
        const [before, after, ...more] = contents.split(touch);
        if (after === undefined || more.length > 0) throw new Error(`${path} does not touch the HTTP client of the Web as expected.`);
        contents = `${before}${after}`;
      }
      return { contents };
    });
  },
};

/** Logins with Node's functions in place of the Web Crypto API. `test/unit/support/pg-crypto.test.ts` compares them. */
export const nodeCrypto: Plugin = {
  name: "node-crypto",
  setup(build) {
    build.onLoad({ filter: /\/node_modules\/pg\/lib\/crypto\/utils\.js$/ }, async () => ({
      contents: await readFile(join(import.meta.dirname, "pg-crypto.cjs"), "utf8"),
    }));
  },
};

/** The commands that must start fastest, and the provider that needs no other machine. */
const FREQUENT = {
  core: [
    "version",
    "repair/formats/names",
    "commands/env",
    "commands/list",
    "commands/status",
    "commands/down",
    "commands/up",
    "providers/local/embedded",
  ],
  cli: [
    "cli/terminal/open",
    "cli/invocation",
    "cli/commands/env",
    "cli/commands/list",
    "cli/commands/status",
    "cli/commands/down",
    "cli/commands/up",
  ],
};

/**
 * esbuild makes a chunk of the modules that exactly the same entry points use: hundreds of chunks, of which a command loads 60.
 * Each takes as long as thousands of lines. So every entry point loads all that the frequent commands need, which becomes one
 * chunk, and esbuild splits the rest.
 */
export async function sharedCode(src: string): Promise<{ readonly plugin: Plugin; readonly paths: ReadonlySet<string> }> {
  const texts = new Map(
    await Promise.all(
      (await readdir(src, { recursive: true }))
        .filter((path) => path.endsWith(".ts"))
        .map(async (path) => [join(src, path), await readFile(join(src, path), "utf8")] as const),
    ),
  );
  const targets = (path: string, pattern: RegExp): readonly string[] =>
    [...(texts.get(path) ?? "").matchAll(pattern)].flatMap(([, target = ""]) =>
      target.startsWith(".") ? [join(dirname(path), target)] : [],
    );
  const needed = (entries: readonly string[]): ReadonlySet<string> => {
    const found = new Set(entries.map((entry) => join(src, `${entry}.ts`)));
    for (const path of found) for (const target of targets(path, STATIC)) found.add(target);
    return found;
  };
  const core = needed(FREQUENT.core);
  const cli = new Set([...needed(FREQUENT.cli)].filter((path) => !core.has(path)));
  const isShared = (path: string): boolean => core.has(path) || cli.has(path);
  const loadedOnDemand = new Set([...texts.keys()].flatMap((path) => targets(path, DYNAMIC)));
  const plugin: Plugin = {
    name: "shared-code",
    setup(build) {
      build.onResolve({ filter: /^shared:/ }, ({ path }) => ({ path, namespace: "shared", sideEffects: true }));
      build.onLoad({ filter: /.*/, namespace: "shared" }, ({ path }) => ({
        contents: importing(path === "shared:core" ? core : cli),
        resolveDir: src,
      }));
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = texts.get(path);
        if (text === undefined) return undefined;
        const isEntry = loadedOnDemand.has(path) || ENTRIES.some((entry) => path === join(src, entry));
        const ofCli = path.startsWith(join(src, "cli/")) || path.startsWith(join(src, "action/"));
        const shared = isEntry ? `import "shared:core";${ofCli ? 'import "shared:cli";' : ""}` : "";
        return { contents: `${shared}${withoutWaiting(text, (target) => isShared(join(dirname(path), target)))}`, loader: "ts" };
      });
    },
  };
  return { plugin, paths: new Set([...core, ...cli]) };
}

/** What is in the shared code is there already, so an import on demand of it would only load one more file. */
function withoutWaiting(text: string, isShared: (target: string) => boolean): string {
  const imported: string[] = [];
  const changed = text.replaceAll(DYNAMIC, (whole, target: string) => {
    if (!isShared(target)) return whole;
    if (!imported.includes(target)) imported.push(target);
    return `Promise.resolve(shared${imported.indexOf(target)})`;
  });
  return `${imported.map((target, at) => `import * as shared${at} from ${JSON.stringify(target)};`).join("")}${changed}`;
}

/** Where the package and the command line begin. */
const ENTRIES = ["index.ts", "cli/main.ts", "runners/holder.ts", "action/main.ts"];

/** An import of values, at the start of a statement. Those of types only are left out: they leave nothing in the output. */
const STATIC = /^(?:import|export) (?!type )(?:[^"';]* from )?"([^"]+)"/gm;
const DYNAMIC = /\bimport\("([^"]+)"\)/g;

function importing(paths: ReadonlySet<string>): string {
  return [...paths].map((path) => `import ${JSON.stringify(path)};`).join("");
}
