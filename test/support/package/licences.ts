import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";

/** A package that is part of a bundle. */
export interface Bundled {
  readonly name: string;
  readonly version: string;
  /** The licence's SPDX name. */
  readonly license: string;
  /** Its folder below the root, as in `package-lock.json`. */
  readonly folder: string;
}

/** The folder of the package that a source belongs to; undefined for a source of this project. */
export function packageFolder(source: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0];
}

/** The packages of which sources are in the written files, by folder. */
export async function packagesOf(files: ReadonlyMap<string, readonly string[]>): Promise<readonly Bundled[]> {
  const folders = new Set([...files.values()].flat().flatMap((source) => packageFolder(source) ?? []));
  return Promise.all(
    [...folders].toSorted().map(async (folder) => {
      const {
        name = "",
        version = "",
        license = "",
      } = JSON.parse(await readFile(join(ROOT, folder, "package.json"), "utf8")) as Partial<Bundled>;
      return { name, version, license, folder };
    }),
  );
}

/** The texts of the licences of all packages. Throws if a package has no text of its licence. */
export async function licenceTexts(packages: readonly Bundled[]): Promise<string> {
  return (await Promise.all(packages.map(licenceText))).join(`\n${"-".repeat(80)}\n\n`);
}

async function licenceText({ name, version, license, folder }: Bundled): Promise<string> {
  const files = await readdir(join(ROOT, folder));
  const read = async (file: string | undefined): Promise<string | undefined> => file && readFile(join(ROOT, folder, file), "utf8");
  const text = await read(files.find((file) => /^licen[cs]e/i.test(file)));
  // Some packages have the text at the end of their README.
  const end = text ?? /^(?:#+ )?licen[cs]e\b[\s\S]*/im.exec((await read(files.find((file) => /^readme/i.test(file)))) ?? "")?.[0];
  if (end === undefined) throw new Error(`${name} ${version} (${license}) has no text of its licence.`);
  return `${name} ${version} (${license})\n\n${end.trim()}\n`;
}
