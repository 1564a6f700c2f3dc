import { posix } from "node:path";
import { declaredPackages } from "./declared-packages.ts";
import type { Repository } from "./repository.ts";

/** A pattern such as `packages/**` also matches folders that are not packages. */
const MANIFESTS = ["package.json", "pyproject.toml", "project.json", "Gemfile"];
// Far more than the packages of a repository that people work in.
const MOST_FOLDERS = 2000;

/**
 * The folders of the packages that a repository declares: `workspaces` of package.json (npm, yarn, bun, Turborepo),
 * pnpm-workspace.yaml, lerna.json, nx.json, deno.json, the members of a uv workspace in pyproject.toml, and the files of
 * `declaredPackages`. Empty without a declaration.
 */
export async function workspaceFolders(repository: Repository): Promise<readonly string[]> {
  const declared = [
    ...patternsOf(json(await repository.read("package.json")), "workspaces"),
    ...pnpmPackages((await repository.read("pnpm-workspace.yaml")) ?? ""),
    ...patternsOf(json(await repository.read("lerna.json")), "packages"),
    ...uvMembers((await repository.read("pyproject.toml")) ?? ""),
    ...nxFolders(json(await repository.read("nx.json"))),
    ...patternsOf(json(await repository.read("deno.json")), "workspace"),
  ];
  const named = await declaredPackages(repository);
  const there = (await Promise.all(named.map(async (folder) => ((await repository.first(folder)) === undefined ? [] : [folder])))).flat();
  return [...new Set([...(await matching(repository, declared)), ...there])].toSorted();
}

/** The folders with packages that match the patterns. */
async function matching(repository: Repository, declared: readonly string[]): Promise<readonly string[]> {
  if (declared.length === 0) return [];
  const patterns = declared.map((pattern) => pattern.replace(/^(!?)(?:\.\/)?(.*?)\/*$/, "$1$2"));
  const { glob } = await import("tinyglobby");
  const found = await glob(
    patterns.filter((pattern) => pattern !== "" && !pattern.includes("..")),
    { cwd: repository.directory, onlyDirectories: true, ignore: ["**/node_modules/**"], followSymbolicLinks: false, deep: 5 },
  );
  const folders = found
    .map((folder) => posix.normalize(folder).replace(/\/+$/, ""))
    .filter((folder) => folder !== ".")
    .toSorted();
  const isPackage = async (folder: string) => repository.first(...MANIFESTS.map((name) => `${folder}/${name}`));
  const packages = await Promise.all(
    folders.slice(0, MOST_FOLDERS).map(async (folder) => ((await isPackage(folder)) === undefined ? [] : [folder])),
  );
  return packages.flat();
}

/** A list of patterns, or yarn's `{ packages: [...] }`. */
function patternsOf(manifest: unknown, key: string): readonly string[] {
  const value = field(manifest, key);
  const list = Array.isArray(value) ? (value as unknown[]) : (field(value, "packages") ?? field(value, "members"));
  return Array.isArray(list) ? (list as unknown[]).filter((each) => typeof each === "string") : [];
}

/** Nx finds projects by their files, in groups of folders too. These are the folders that it creates by default. */
function nxFolders(manifest: unknown): readonly string[] {
  if (manifest === undefined) return [];
  const layout = field(manifest, "workspaceLayout");
  const named = [field(layout, "appsDir"), field(layout, "libsDir")].filter((folder) => typeof folder === "string");
  return ["apps", "libs", "packages", ...named].map((folder) => `${folder}/**`);
}

/** The list `packages` of the file, as a block or in brackets. */
function pnpmPackages(yaml: string): readonly string[] {
  const inBrackets = /^packages:\s*\[([^\]]*)\]/m.exec(yaml)?.[1];
  if (inBrackets !== undefined) return inBrackets.split(",").map((each) => each.trim().replace(/^["']|["']$/g, ""));
  const list = /^packages:[ \t]*\n((?:[ \t]*(?:-[^\n]*|#[^\n]*)?\n?)*)/m.exec(yaml)?.[1] ?? "";
  return [...list.matchAll(/^[ \t]*-[ \t]*["']?([^"'\n#]+?)["']?[ \t]*(?:#.*)?$/gm)].map(([, pattern = ""]) => pattern);
}

function uvMembers(toml: string): readonly string[] {
  const list = /^\[tool\.uv\.workspace\][^[]*?^members\s*=\s*\[([^\]]*)\]/m.exec(toml)?.[1] ?? "";
  return [...list.matchAll(/["']([^"']+)["']/g)].map(([, member = ""]) => member);
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

/** Undefined for a file that does not exist or is not valid: the package manager reports that. */
function json(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
