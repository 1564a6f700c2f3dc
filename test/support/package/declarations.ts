import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type OutputChunk, rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";
import { ROOT } from "./bundle.ts";

/**
 * Writes the types of the entry points into a folder: one file for each, and one for what some of them share, because npm needs
 * milliseconds for each file that it unpacks. Throws if they need the types of a package, because a user of offshoot installs
 * none of them. The entry points `required` also get types for `require`.
 */
export async function writeDeclarations(
  folder: string,
  entries: readonly string[] = ["index"],
  required: readonly string[] = [],
): Promise<void> {
  const compiled = await mkdtemp(join(tmpdir(), "offshoot-types-"));
  try {
    compile(compiled);
    for (const { fileName, code, imports } of await bundle(compiled, entries)) {
      const foreign = imports.find((each) => !each.startsWith("types/") && !each.startsWith("node:"));
      if (foreign !== undefined) throw new Error(`The public types in ${fileName} need the package ${foreign}.`);
      const types = `${code.replaceAll(/^\/\/.*\n/gm, "").trim()}\n`;
      await mkdir(dirname(join(folder, fileName)), { recursive: true });
      await writeFile(join(folder, fileName), types);
      if (required.some((entry) => fileName === `${entry}.d.ts`))
        await writeFile(join(folder, fileName.replace(/\.d\.ts$/, ".d.cts")), forRequire(types));
    }
  } finally {
    await rm(compiled, { recursive: true });
  }
}

/** Writes the types of each source file into a folder. */
function compile(folder: string): void {
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "--emitDeclarationOnly", "--declarationMap", "false", "--outDir", folder], {
    cwd: ROOT,
    stdio: "inherit",
  });
}

/** The bundled types of the entry points, and of what they share in `types`. */
async function bundle(compiled: string, entries: readonly string[]): Promise<readonly OutputChunk[]> {
  const bundler = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, join(compiled, `${entry}.d.ts`)])),
    // The files contain only types, so that no compiler is necessary.
    plugins: [dts({ dtsInput: true, emitDtsOnly: true, tsconfig: false, oxc: true })],
    external: (id) => !id.startsWith(".") && !id.startsWith("/"),
  });
  try {
    const { output } = await bundler.generate({ entryFileNames: "[name].ts", chunkFileNames: "types/[name].ts" });
    return output.filter((each) => each.type === "chunk");
  } finally {
    await bundler.close();
  }
}

/** The types of a CommonJS file. It may only import types from ES modules, and must say so. */
function forRequire(types: string): string {
  return types.replaceAll(
    /^(import|export) (?:type )?(\{[^}]*\} from "[^"]+");$/gm,
    (_, word: string, rest: string) => `${word} type ${rest.replaceAll(/\btype /g, "")} with { "resolution-mode": "import" };`,
  );
}
