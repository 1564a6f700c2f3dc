import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { codeOf, messageOf, OffshootError } from "../errors.ts";
import { isForeign } from "../foreign-entry.ts";
import { entriesIn, stat } from "../file-facts.ts";
import { MIB, readFailure, readText } from "../read-file.ts";
import type { Env } from "../environment.ts";
import { absentIn } from "./absent.ts";

/** Reads the folder in which migrations run. A missing file is not an error. A file that cannot be read is an error. */
export interface Repository {
  readonly directory: string;
  /** The environment in which the tool runs. Undefined where it is not known, as in `init`, whose file is for all machines. */
  readonly env?: Env | undefined;
  /** The text of a file. Undefined if it does not exist. */
  read(path: string): Promise<string | undefined>;
  /** The first of these files that exists. */
  first(...paths: readonly string[]): Promise<string | undefined>;
  /** Paths of the entries of a folder, in byte order. Empty if the folder does not exist. */
  list(folder: string): Promise<readonly string[]>;
  /** Paths of all files in a folder and its subfolders, without hidden folders and folders of installed packages. */
  walk(folder: string): Promise<readonly string[]>;
  /** Names of the direct subfolders, without hidden folders and folders of installed packages. */
  folders(): Promise<readonly string[]>;
  /** Whether the folder is in a checkout of git. */
  isCheckout(): Promise<boolean>;
  /**
   * Whether a `package.json` lists an npm package as a dependency of any kind: here, or in a folder above up to the top of
   * the checkout, since a workspace often has the dependencies of all its packages there.
   */
  depends(name: string): Promise<boolean>;
}

/** Folders with installed or generated files. */
const INSTALLED = new Set(["node_modules", "venv", "env", "site-packages", "__pycache__", "dist", "build", "vendor"]);

/** A migration can contain data, so this is more than the size of a file that somebody writes. */
const MOST_BYTES = 64 * MIB;

/** A missing file is not an error, so the system's error for it is kept. */
const MISSING = ["ENOENT", "ENOTDIR", "EISDIR"];

export function repositoryIn(directory: string, env?: Env): Repository {
  const at = (path: string): string => join(directory, path);
  const isAbsent = absentIn(directory);
  const unlessAbsent = async <T>(path: string, look: () => Promise<T>): Promise<T | undefined> =>
    (await isAbsent(path)) ? undefined : orUndefined(look());
  const read = (path: string): Promise<string | undefined> =>
    unlessAbsent(path, () => readText(at(path), MOST_BYTES).catch(unreadable(at(path))));
  const entries = async (folder: string) => (await unlessAbsent(folder, () => entriesIn(at(folder)))) ?? [];
  const entriesOfMany = async (folder: string) => (await unlessAbsent(folder, () => readdir(at(folder), { withFileTypes: true }))) ?? [];
  // Many tools ask for the same.
  let checkout: Promise<readonly string[] | undefined> | undefined;
  const above = () => (checkout ??= checkoutAbove(directory));
  const manifests = new Map<string, Promise<Manifest | undefined>>();
  const repository: Repository = {
    directory,
    env,
    read,
    async first(...paths) {
      for (const path of paths) if ((await unlessAbsent(path, () => stat(at(path)))) !== undefined) return path;
      return undefined;
    },
    async list(folder) {
      return (await entries(folder)).map(({ name }) => below(folder, name)).toSorted(byBytes);
    },
    async folders() {
      const found = (await entries(".")).filter((entry) => entry.isDirectory() && isOwn(entry.name));
      return found.map(({ name }) => name).toSorted(byBytes);
    },
    async walk(folder) {
      const found = await Promise.all(
        (await entriesOfMany(folder)).map(async (entry) => {
          const path = below(folder, entry.name);
          if (!entry.isDirectory()) return [path];
          return isOwn(entry.name) ? repository.walk(path) : [];
        }),
      );
      return found.flat().toSorted(byBytes);
    },
    async isCheckout() {
      return (await above()) !== undefined;
    },
    async depends(name) {
      for (const folder of (await above()) ?? [directory]) {
        if (!manifests.has(folder)) manifests.set(folder, manifestIn(folder));
        if (lists((await manifests.get(folder)) ?? {}, name)) return true;
      }
      return false;
    },
  };
  return repository;
}

type Manifest = Readonly<Record<string, unknown>>;

async function manifestIn(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, "package.json");
  const text = await orUndefined(readText(path, MOST_BYTES).catch(unreadable(path)));
  return text === undefined ? undefined : parseManifest(text, folder);
}

/** The folder and those above it, up to the one with `.git`. Undefined outside of a checkout. */
export async function checkoutAbove(directory: string): Promise<readonly string[] | undefined> {
  const folders = [directory];
  for (let folder = directory; ; folder = dirname(folder)) {
    if (folder !== directory) folders.push(folder);
    const git = join(folder, ".git");
    if ((await isThere(git)) && !(await isForeign(git, directory))) return folders;
    if (dirname(folder) === folder) return undefined;
  }
}

/** A folder into which this user cannot look counts as one without the file. */
function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function lists(manifest: Manifest, name: string): boolean {
  return ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"].some((kind) => {
    const listed = manifest[kind];
    return typeof listed === "object" && listed !== null && Object.hasOwn(listed, name);
  });
}

function parseManifest(text: string, directory: string): Manifest {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch (thrown) {
    throw new OffshootError("USAGE", `package.json in ${directory} is not valid JSON: ${messageOf(thrown)}`, {
      meaning: "The migration tool cannot be detected without it.",
      remedy: "Correct the file, or set migrations.command in offshoot.yaml.",
    });
  }
}

function isOwn(folder: string): boolean {
  return !INSTALLED.has(folder) && !folder.startsWith(".");
}

function below(folder: string, name: string): string {
  return folder === "." ? name : `${folder}/${name}`;
}

/** Compares two texts independent of the locale. */
export function byBytes(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

async function orUndefined<T>(wanted: Promise<T>): Promise<T | undefined> {
  try {
    return await wanted;
  } catch (thrown) {
    if (MISSING.includes(codeOf(thrown) ?? "")) return undefined;
    throw thrown;
  }
}

function unreadable(path: string): (thrown: unknown) => never {
  return (thrown) => {
    if (MISSING.includes(codeOf(thrown) ?? "")) throw thrown;
    throw new OffshootError("MIGRATION_FILES_MISSING", `Could not read ${path}: ${readFailure(thrown)}.`, {
      meaning: "The migration tool cannot be detected without it.",
      remedy: "Correct the file or its permissions, or set migrations.command in offshoot.yaml.",
      facts: { path },
    });
  };
}
