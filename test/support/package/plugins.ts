import { readdir, readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";

/** Modules of Node that take a millisecond or more to load. Many commands need none of them, or none at their start. */
const LAZY = [
  "child_process",
  "crypto",
  "dns",
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
 * and would read all exports, even the 140 root certificates of `tls`.
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
      const names = Object.getOwnPropertyNames(process.getBuiltinModule(path));
      return {
        contents: `module.exports = { ${names.map((name) => `get ${JSON.stringify(name)}() { return ${load}[${JSON.stringify(name)}]; }`).join(", ")} };`,
      };
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
  core: ["commands/env", "commands/list", "commands/status", "commands/down", "commands/up", "providers/local/embedded"],
  cli: ["cli/invocation", "cli/commands/env", "cli/commands/list", "cli/commands/status", "cli/commands/down", "cli/commands/up"],
};

/**
 * esbuild makes a chunk of the modules that exactly the same entry points use: hundreds of chunks, of which a command loads 60.
 * Each takes as long as thousands of lines. So every entry point loads all that the frequent commands need, which becomes one
 * chunk, and esbuild splits the rest.
 */
export async function sharedCode(src: string): Promise<Plugin> {
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
  // The first file of the CLI, which `--help` needs, shares nothing with them.
  const first = needed(["cli/main"]);
  const loadedOnDemand = new Set([...texts.keys()].flatMap((path) => targets(path, DYNAMIC)));
  return {
    name: "shared-code",
    setup(build) {
      build.onResolve({ filter: /^shared:/ }, ({ path }) => ({ path, namespace: "shared", sideEffects: true }));
      build.onLoad({ filter: /.*/, namespace: "shared" }, ({ path }) => ({
        contents: importing(path === "shared:core" ? core : cli),
        resolveDir: src,
      }));
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = texts.get(path);
        const isEntry = loadedOnDemand.has(path) || ["index.ts", "action/main.ts"].some((entry) => path === join(src, entry));
        if (text === undefined || !isEntry || first.has(path)) return undefined;
        const ofCli = path.startsWith(join(src, "cli/")) || path.startsWith(join(src, "action/"));
        return { contents: `import "shared:core";${ofCli ? 'import "shared:cli";' : ""}${text}`, loader: "ts" };
      });
    },
  };
}

/** An import of values, at the start of a statement. Those of types only are left out: they leave nothing in the output. */
const STATIC = /^(?:import|export) (?!type )(?:[^"';]* from )?"([^"]+)"/gm;
const DYNAMIC = /\bimport\("([^"]+)"\)/g;

function importing(paths: ReadonlySet<string>): string {
  return [...paths].map((path) => `import ${JSON.stringify(path)};`).join("");
}
