import { posix } from "node:path";
import type { Repository } from "./repository.ts";

/** A package of a repository with several. */
export interface Workspace {
  readonly name: string;
  readonly folder: string;
}

/** `turbo run migrate`, `pnpm -r run migrate`, `nx run api:migrate`: the script of packages, not of the folder. */
const IN_PACKAGES =
  /^(?:(?:npx|pnpm(?: exec)?|yarn|bunx)\s+)?(?:(?:turbo|lerna)\s+(?:run\s+)?|nx\s+(?:run-many\b.*?(?:-t|--targets?)[=\s]+|run\s+(?=[\w@/-]+:))|(?:pnpm|npm|yarn)\b(?=.*\s(?:-r|--recursive|--workspaces?|-ws|-w|--filter|-F|workspaces?)\b)\s*)/;
const CHOICE = /(?:--filter|--scope|--workspace|--projects?|-F|-w|-p)(?:[=\s]+)["']?([^\s"']+)|\bworkspace\s+(\S+)/g;

/** The packages in which a command runs a script, and its name. Undefined: it does not run in packages. */
export function packagesOf(
  command: string,
  folder: string,
  repository: Repository,
): { readonly script: string; readonly folders: readonly string[] } | undefined {
  const [start] = IN_PACKAGES.exec(command) ?? [];
  if (start === undefined) return undefined;
  const all = workspacesIn(folder, repository);
  const rest = command.slice(start.length).replaceAll(CHOICE, " ");
  const words = rest.split(/\s+/).filter((word) => !/^-|^(?:run|run-script|foreach|workspaces?|pnpm|npm|yarn)$/.test(word) && word !== "");
  const [project, target] = /\bnx\s+run\s/.test(command) ? (words[0] ?? "").split(":") : [undefined, words[0]];
  const wanted = project === undefined ? [...command.matchAll(CHOICE)].map(([, one, other]) => one ?? other ?? "") : [project];
  const chosen = wanted.length === 0 ? all : all.filter((each) => wanted.some((name) => isChosen(each, name)));
  return { script: target ?? "", folders: chosen.map((each) => each.folder) };
}

function isChosen({ name, folder }: Workspace, wanted: string): boolean {
  const plain = wanted.replaceAll(/^[{.]*\.{3}|\.{3}$|[{}]/g, "").replace(/^\.\//, "");
  return plain === name || plain === folder || plain === name.split("/").at(-1) || plain === posix.basename(folder);
}

/** The packages that the root's package.json, or pnpm-workspace.yaml, names. */
function workspacesIn(root: string, { read, folders }: Repository): readonly Workspace[] {
  const at = (path: string): string => posix.normalize(posix.join(root, path)).replace(/^(?:\.\/)+/, "");
  const patterns = [...patternsIn(read(at("package.json"))), ...pnpmPatternsIn(read(at("pnpm-workspace.yaml")))];
  const found = patterns.flatMap((pattern) => {
    const plain = pattern.replace(/^\.\//, "").replace(/\/$/, "");
    const parent = /^(.*)\/\*{1,2}$/.exec(plain)?.[1];
    return parent === undefined ? [plain] : (folders?.(at(parent)) ?? []).map((name) => `${parent}/${name}`);
  });
  return [...new Set(found)].flatMap((folder) => {
    const text = read(at(posix.join(folder, "package.json")));
    const name = (parsed(text ?? "") as { name?: unknown } | undefined)?.name;
    return text === undefined ? [] : [{ name: typeof name === "string" ? name : "", folder: at(folder) }];
  });
}

function patternsIn(text: string | undefined): readonly string[] {
  const workspaces = (parsed(text ?? "") as { workspaces?: unknown } | undefined)?.workspaces;
  const list = Array.isArray(workspaces) ? (workspaces as unknown[]) : (workspaces as { packages?: unknown } | undefined)?.packages;
  return Array.isArray(list) ? list.filter((each) => typeof each === "string" && !each.startsWith("!")) : [];
}

function pnpmPatternsIn(text: string | undefined): readonly string[] {
  const [, list = ""] = /^packages:\s*\n((?:\s*(?:-.*|#.*)?\n?)*)/m.exec(text ?? "") ?? [];
  return [...list.matchAll(/^\s*-\s*["']?([^"'#!\s]+)/gm)].map(([, pattern = ""]) => pattern);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Another tool reports a broken package.json.
    return undefined;
  }
}
