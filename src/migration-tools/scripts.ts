import { posix } from "node:path";
import type { Repository } from "./repository.ts";

/** The migrations in a folder that are written in JavaScript or TypeScript, without declarations of types. */
export async function scriptsIn(repository: Repository, folder: string): Promise<readonly string[]> {
  return (await repository.list(folder)).filter((file) => /\.[cm]?[jt]s$/.test(file) && !file.endsWith(".d.ts") && !isIndex(file));
}

function isIndex(file: string): boolean {
  return /\/index\.[cm]?[jt]s$/.test(file);
}

/** The value of `key: "text"` in a configuration that is a program, or undefined. A value that is computed is not found. */
export function textSetting(program: string, key: string): string | undefined {
  return new RegExp(`\\b${key}["']?\\s*[:=]\\s*["'\`]([^"'\`$]+)["'\`]`).exec(program)?.[1];
}

/**
 * The folder in `key: "folder"` or `key: path.join(__dirname, "folder")` of a configuration that is a program, relative to the
 * repository. A text alone is relative to `base`. Undefined if it is not there, or computed in another way.
 */
export function folderSetting(program: string, key: string, configuration: string, base = "."): string | undefined {
  const text = textSetting(program, key);
  const joined = new RegExp(
    `\\b${key}["']?\\s*:\\s*(?:path\\.)?(?:join|resolve)\\(\\s*(?:__dirname|dirname|import\\.meta\\.dirname)\\s*,\\s*["'\`]([^"'\`$]+)["'\`]\\s*\\)`,
  ).exec(program)?.[1];
  if (joined !== undefined) return plainFolder(posix.join(posix.dirname(configuration), joined));
  return text === undefined ? undefined : plainFolder(posix.join(base, text));
}

/** A folder as it is written in a configuration, relative to the repository. */
export function plainFolder(folder: string): string {
  return folder.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
}

/** The names of a configuration file with each extension of JavaScript and TypeScript. */
export function withExtensions(name: string, extensions: readonly string[] = ["ts", "js", "mjs", "cjs", "mts", "cts"]): readonly string[] {
  return extensions.map((extension) => `${name}.${extension}`);
}

/** The first of these folders in which `select` finds migrations, with these files. */
export async function firstFolder(
  folders: readonly string[],
  select: (folder: string) => Promise<readonly string[]>,
): Promise<{ readonly folder: string; readonly files: readonly string[] } | undefined> {
  for (const folder of new Set(folders)) {
    const files = await select(folder);
    if (files.length > 0) return { folder, files };
  }
  return undefined;
}

/** A name as it is written in SQL, in double quotes where Postgres would change it. It can contain a schema. */
export function quotedName(name: string): string {
  return name.replaceAll(/[^.]*[^a-z0-9_.][^.]*/g, (part) => `"${part.replaceAll('"', '""')}"`);
}
