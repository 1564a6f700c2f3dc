import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, messageOf, OffshootError } from "../errors.ts";

/** Looks into the folder in which migrations run. What isn't there is no failure; what can't be read is. */
export interface Repository {
  readonly directory: string;
  /** The text of a file, or undefined where there is none. */
  read(path: string): Promise<string | undefined>;
  /** The first of these files that is there. */
  first(...paths: readonly string[]): Promise<string | undefined>;
  /** Paths of the entries of a folder, sorted by their bytes; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** The same with all that is below, but for what was installed or is hidden. */
  walk(folder: string): Promise<readonly string[]>;
  /** Names of the folders right here, but for what was installed or is hidden. */
  folders(): Promise<readonly string[]>;
  /** Whether `package.json` lists an npm package as a dependency of any kind. */
  depends(name: string): Promise<boolean>;
}

/** Folders that hold other people's files. */
const FOREIGN = new Set(["node_modules", "venv", "env", "site-packages", "__pycache__", "dist", "build", "vendor"]);

export function repositoryIn(directory: string): Repository {
  const at = (path: string): string => join(directory, path);
  const read = (path: string): Promise<string | undefined> => orNothing(readFile(at(path), "utf8"));
  const entries = async (folder: string) => (await orNothing(readdir(at(folder), { withFileTypes: true }))) ?? [];
  const repository: Repository = {
    directory,
    read,
    async first(...paths) {
      for (const path of paths) if ((await orNothing(stat(at(path)))) !== undefined) return path;
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
        (await entries(folder)).map(async (entry) => {
          const path = below(folder, entry.name);
          if (!entry.isDirectory()) return [path];
          return isOwn(entry.name) ? repository.walk(path) : [];
        }),
      );
      return found.flat().toSorted(byBytes);
    },
    async depends(name) {
      const manifest = parseManifest((await read("package.json")) ?? "{}", directory);
      return ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"].some((kind) => {
        const listed = manifest[kind];
        return typeof listed === "object" && listed !== null && name in listed;
      });
    },
  };
  return repository;
}

function parseManifest(text: string, directory: string): Readonly<Record<string, unknown>> {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch (thrown) {
    throw new OffshootError("USAGE", `package.json in ${directory} is no JSON: ${messageOf(thrown)}`, {
      meaning: "Which migration tool is used here can't be told without it.",
      remedy: "Mend it, or set migrations.command.",
    });
  }
}

function isOwn(folder: string): boolean {
  return !FOREIGN.has(folder) && !folder.startsWith(".");
}

function below(folder: string, name: string): string {
  return folder === "." ? name : `${folder}/${name}`;
}

/** An order that depends on no locale. */
export function byBytes(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

async function orNothing<T>(wanted: Promise<T>): Promise<T | undefined> {
  try {
    return await wanted;
  } catch (thrown) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(codeOf(thrown) ?? "")) return undefined;
    throw thrown;
  }
}
