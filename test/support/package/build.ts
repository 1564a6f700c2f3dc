/**
 * Builds what npm publishes into `dist`: `tsx test/support/package/build.ts [FOLDER]`. The command line, the library and the
 * programs that they start are bundled with every package that they use, so that a user installs none of them.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { build } from "esbuild";
import { menu } from "../../../src/cli/menu.ts";
import { billOfMaterials } from "./bill-of-materials.ts";
import { bundle, ROOT } from "./bundle.ts";
import { writeDeclarations } from "./declarations.ts";
import { licenceTexts, packagesOf } from "./licences.ts";

/** The test runners, each with an entry point of its own. */
const RUNNERS = ["vitest", "jest", "playwright", "node-test"];

/**
 * Writes the bundle, the texts of the licences of what it contains, and its bill of materials, which `.ci/supply` checks.
 * Returns the sources in each written file.
 */
export async function buildPackage(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  // The program that holds the databases of tests uses most of the library, so it shares its code.
  const entries = { index: "index", "runners/holder": "runners/holder", "cli/main": "cli/main" };
  const files = new Map(await bundle({ folder, entries }));
  const hash = createHash("sha256");
  for (const path of [...files.keys()].toSorted()) hash.update(await readFile(path));
  files.set(join(folder, "cli/start.cjs"), await writeStart(folder, hash.digest("hex").slice(0, 16)));
  await writeFile(join(folder, "index.js"), moduleOver(join(folder, "index.cjs")));
  await writeFile(join(folder, "cli/help.json"), JSON.stringify(helpTexts()));
  const packages = await packagesOf(files);
  await writeFile(join(folder, "sbom.cdx.json"), await billOfMaterials(packages));
  await writeFile(join(folder, "licenses.txt"), await licenceTexts(packages));
  return files;
}

/** The file that starts the command line. It knows the build, because compiled code of another one is of no use. */
async function writeStart(folder: string, id: string): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, "src/cli/start.ts")],
    outfile: join(folder, "cli/start.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20.19",
    minify: true,
    metafile: true,
    define: { OFFSHOOT_BUILD: JSON.stringify(id) },
  });
  return Object.keys(metafile.inputs);
}

/** The help of each command and the version, by the words that print them. */
export function helpTexts(): Readonly<Record<string, string>> {
  const program = menu(() => Promise.reject(new Error("This menu runs no command.")));
  const texts = (command: Command, words: readonly string[]): [string, string][] => [
    ...["--help", "-h"].map((flag): [string, string] => [[...words, flag].join(" "), command.helpInformation()]),
    ...command.commands.flatMap((each) => texts(each, [...words, each.name()])),
  ];
  const version = `${program.version()}\n`;
  return Object.fromEntries([...texts(program, []), ["--version", version], ["-V", version]]);
}

/** The library as an ES module: the exports of the one in CommonJS, by name. */
function moduleOver(file: string): string {
  const names = Object.keys(createRequire(import.meta.url)(file) as object).toSorted();
  return `import library from "./index.cjs";\nexport const { ${names.join(", ")} } = library;\n`;
}

if (process.argv[1] === import.meta.filename) {
  const folder = resolve(process.argv[2] ?? join(ROOT, "dist"));
  await buildPackage(folder);
  const required = ["index", ...["jest", "playwright", "node-test"].map((name) => `runners/${name}`)];
  await writeDeclarations(folder, ["index", ...RUNNERS.map((name) => `runners/${name}`)], required);
}
