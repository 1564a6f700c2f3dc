import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { posix, resolve, sep } from "node:path";
import { glob } from "tinyglobby";
import { messageOf, OffshootError } from "../errors.ts";

export interface FingerprintInput {
  /** What the patterns are relative to. */
  readonly directory: string;
  /** Paths, folders or globs; one that starts with `!` takes files out again. Empty: the command alone counts. */
  readonly files: readonly string[];
  readonly command: string;
  readonly tool?: string;
  readonly toolVersion?: string;
}

/** What tools leave beside migrations when they run: it must not make two jobs differ. */
const LEFTOVERS = ["**/__pycache__/**", "**/*.pyc", "**/node_modules/**", "**/.git/**", "**/.DS_Store"];

/**
 * Names a schema state: SHA-256 (hex) over path and bytes of each migration file, the command, the tool and its
 * version. The same on every machine with the same checkout.
 * Throws `MIGRATION_FILES_MISSING` for a pattern that matches nothing and for a file that can't be read.
 */
export async function fingerprintOf(input: FingerprintInput): Promise<string> {
  const hash = createHash("sha256");
  // Lengths in front keep apart what would read the same when strung together.
  const add = (part: string | Uint8Array): void => {
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  };
  for (const part of ["offshoot/1", input.command, input.tool ?? "", input.toolVersion ?? ""]) add(part);
  for (const file of await filesOf(input.directory, input.files)) {
    add(file);
    add(await bytesOf(resolve(input.directory, file)));
  }
  return hash.digest("hex");
}

async function filesOf(directory: string, patterns: readonly string[]): Promise<readonly string[]> {
  const taken = patterns.filter((pattern) => !pattern.startsWith("!"));
  const ignore = [...LEFTOVERS, ...patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1))];
  const found = await Promise.all(taken.map((pattern) => matchesOf(directory, pattern, ignore)));
  // Plain comparison: the order must not depend on a locale.
  return [...new Set(found.flat())].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

async function matchesOf(directory: string, pattern: string, ignore: readonly string[]): Promise<readonly string[]> {
  const plain = posix.normalize(pattern.split(sep).join("/"));
  // A file whose name holds glob characters (`[id].sql`) is meant as it stands.
  if (await isFile(resolve(directory, plain))) return [plain];
  const files = await glob([plain], { cwd: directory, dot: true, ignore: [...ignore] });
  if (files.length > 0) return files.map((file) => posix.normalize(file.split(sep).join("/")));
  throw new OffshootError("MIGRATION_FILES_MISSING", `No migration file matches \`${pattern}\`.`, {
    meaning: `It was looked for in ${directory}. Without its files, changed migrations would pass for known ones.`,
    remedy: "Correct the pattern under `migrations.files`, or remove it.",
    facts: { pattern, directory },
  });
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ?? false;
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (thrown) {
    throw new OffshootError("MIGRATION_FILES_MISSING", `The migration file ${path} can't be read: ${messageOf(thrown)}.`, {
      remedy: "Give this user the right to read it.",
      facts: { path },
    });
  }
}
