/**
 * Builds what npm publishes into `dist`: `tsx test/support/package/build.ts [FOLDER]`. The command line, the library and the
 * programs that they start are bundled with every package that they use, so that a user installs none of them.
 */
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
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
  const runners = Object.fromEntries(RUNNERS.map((name) => [`runners/${name}`, `runners/${name}`]));
  // The program that holds the databases of tests uses most of the library, so it shares its code.
  const entries = {
    index: "index",
    ...runners,
    "runners/holder": "runners/holder",
    "cli/main": "cli/main",
    "cli/compile-cache": "cli/compile-cache",
  };
  const files = await bundle({ folder, entries });
  const packages = await packagesOf(files);
  await writeFile(join(folder, "sbom.cdx.json"), await billOfMaterials(packages));
  await writeFile(join(folder, "licenses.txt"), await licenceTexts(packages));
  return files;
}

if (process.argv[1] === import.meta.filename) {
  const folder = resolve(process.argv[2] ?? join(ROOT, "dist"));
  await buildPackage(folder);
  await writeDeclarations(folder, ["index", ...RUNNERS.map((name) => `runners/${name}`)]);
}
