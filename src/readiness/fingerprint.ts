import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { posix, resolve, sep } from "node:path";
import { glob } from "tinyglobby";
import { messageOf, OffshootError } from "../errors.ts";

export interface FingerprintInput {
  /** The folder that the patterns are relative to. */
  readonly directory: string;
  /** Paths, folders or globs. A pattern that starts with `!` excludes files. Empty: only the command counts. */
  readonly files: readonly string[];
  readonly command: string;
  readonly tool?: string;
  readonly toolVersion?: string;
}

/** The format of the readiness tables. A base with another format has another fingerprint, and is never used. */
const FORMAT = "offshoot/2";

/** Files that tools create beside migrations. They must not change the fingerprint. */
const LEFTOVERS = ["**/__pycache__/**", "**/*.pyc", "**/node_modules/**", "**/.git/**", "**/.DS_Store"];

/**
 * Identifies a schema state: SHA-256 (hex) of path and content of each migration file, the command, the tool and its
 * version. The same checkout gives the same fingerprint on every machine.
 * Throws `MIGRATION_FILES_MISSING` for a pattern that matches nothing and for a file that cannot be read.
 */
export async function fingerprintOf(input: FingerprintInput): Promise<string> {
  const hash = createHash("sha256");
  // The length comes first: otherwise "ab" and "c" would give the same hash as "a" and "bc".
  const add = (part: string | Uint8Array): void => {
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  };
  for (const part of [FORMAT, input.command, input.tool ?? "", input.toolVersion ?? ""]) add(part);
  for (const file of await filesOf(input.directory, input.files)) {
    add(file);
    add(await bytesOf(resolve(input.directory, file)));
  }
  return hash.digest("hex");
}

async function filesOf(directory: string, patterns: readonly string[]): Promise<readonly string[]> {
  const included = patterns.filter((pattern) => !pattern.startsWith("!"));
  const ignore = [...LEFTOVERS, ...patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1))];
  const found = await Promise.all(included.map((pattern) => matchesOf(directory, pattern, ignore)));
  // Not `localeCompare`: the order must not depend on the machine's locale.
  return [...new Set(found.flat())].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

async function matchesOf(directory: string, pattern: string, ignore: readonly string[]): Promise<readonly string[]> {
  const plain = posix.normalize(pattern.split(sep).join("/"));
  // The name of an existing file may contain glob characters (`[id].sql`). They are then ordinary characters.
  if (await isFile(resolve(directory, plain))) return [plain];
  const files = await glob([plain], { cwd: directory, dot: true, ignore: [...ignore] });
  if (files.length > 0) return files.map((file) => posix.normalize(file.split(sep).join("/")));
  throw new OffshootError("MIGRATION_FILES_MISSING", `No migration file matches \`${pattern}\`.`, {
    meaning: `offshoot searched in ${directory}. Without the files, a changed migration would not be noticed.`,
    remedy: "Correct the pattern in `migrations.files`, or remove it.",
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
    throw new OffshootError("MIGRATION_FILES_MISSING", `Could not read the migration file ${path}: ${messageOf(thrown)}.`, {
      remedy: "Give the user of this job the right to read the file.",
      facts: { path },
    });
  }
}
