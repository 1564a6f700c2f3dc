import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "./bundle.ts";

/**
 * Writes the types of the entry points into a folder, and of the files that they need. Throws if they need the types of a
 * package, because a user of offshoot installs none of them. The entry points `required` also get types for `require`.
 */
export async function writeDeclarations(
  folder: string,
  entries: readonly string[] = ["index"],
  required: readonly string[] = [],
): Promise<void> {
  const compiled = await mkdtemp(join(tmpdir(), "offshoot-types-"));
  try {
    execFileSync(
      process.execPath,
      [join(ROOT, "node_modules/typescript/bin/tsc"), "--emitDeclarationOnly", "--declarationMap", "false", "--outDir", compiled],
      {
        cwd: ROOT,
        stdio: "inherit",
      },
    );
    const found = new Set(entries.map((entry) => `${entry}.d.ts`));
    for (const path of found) {
      const text = await readFile(join(compiled, path), "utf8");
      for (const target of importsOf(text)) {
        if (target.startsWith(".")) found.add(join(dirname(path), target.replace(/\.ts$/, ".d.ts")));
        else if (!target.startsWith("node:")) throw new Error(`The public types in ${path} need the package ${target}.`);
      }
      await mkdir(dirname(join(folder, path)), { recursive: true });
      const types = text.replace(/^\/\/# sourceMappingURL=.*$/m, "");
      await writeFile(join(folder, path), types);
      if (required.some((entry) => path === `${entry}.d.ts`))
        await writeFile(join(folder, path.replace(/\.d\.ts$/, ".d.cts")), forRequire(types));
    }
  } finally {
    await rm(compiled, { recursive: true });
  }
}

/** The types of a CommonJS file. It may only import types from ES modules, and must say so. */
function forRequire(types: string): string {
  return types
    .replaceAll(/^import \{ type (\w+) \}/gm, "import type { $1 }")
    .replaceAll(/^((?:import|export) type \{[^}]*\} from "[^"]+");$/gm, '$1 with { "resolution-mode": "import" };');
}

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport\()\s*"([^"]+)"/g)].map(([, target = ""]) => target);
}
