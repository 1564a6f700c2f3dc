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

/** A path that a configuration writes out: a text, one behind its own folder, or `path.join` of both. */
const OWN_FOLDER = String.raw`(?:__dirname|dirname|import\.meta\.dirname|currentDirectory)`;
const WORD = String.raw`["'\`]([^"'\`$]+)["'\`]`;
const FOLDER_FORMS: readonly { readonly form: RegExp; readonly isOwn: boolean }[] = [
  { form: new RegExp(String.raw`^${WORD}\s*(?=[,}\n\]]|$)`), isOwn: false },
  { form: new RegExp(String.raw`^(?:\w+\.)?(?:join|resolve)\(\s*${OWN_FOLDER}\s*,([^()]*)\)`), isOwn: true },
  { form: /^(?:\w+\.)?(?:join|resolve)\(\s*(?:process\.cwd\(\)\s*,)?([^()]*)\)/, isOwn: false },
  { form: new RegExp(String.raw`^\`\$\{${OWN_FOLDER}\}/([^\`$]+)\``), isOwn: true },
  { form: new RegExp(String.raw`^${OWN_FOLDER}\s*\+\s*["'\`]/([^"'\`$]+)["'\`]`), isOwn: true },
];

/** A folder of a configuration. `computed`: the configuration has one, and does not write it out. */
export type FolderSetting = string | undefined | { readonly computed: true };

/**
 * The folder after `key:` in a configuration that is a program, relative to the repository. A text alone is relative to `base`,
 * and one behind the configuration's own folder to that of `configuration`.
 */
export function folderSetting(program: string, key: string, configuration: string, base = "."): FolderSetting {
  const start = new RegExp(String.raw`(?<![.\w])${key}["']?\s*[:=]\s*`).exec(program);
  if (start === null) return undefined;
  const value = program.slice(start.index + start[0].length);
  for (const { form, isOwn } of FOLDER_FORMS) {
    const found = form.exec(value)?.[1];
    if (found === undefined) continue;
    const isList = /["'`]/.test(found);
    const parts = isList ? found.split(",").map((part) => /^\s*["'`]([^"'`$]+)["'`]\s*$/.exec(part)?.[1]) : [found];
    const words = parts.filter((part) => part !== undefined);
    if (words.length === 0 || words.length < parts.filter((part) => part !== "").length) return { computed: true };
    return plainFolder(posix.join(isOwn ? posix.dirname(configuration) : base, ...words));
  }
  return { computed: true };
}

/** The folders to look into: the one of the configuration, else the defaults. None where it is computed. */
export function foldersOf(setting: FolderSetting, defaults: readonly string[]): readonly string[] {
  return typeof setting === "object" ? [] : typeof setting === "string" ? [setting] : defaults;
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
