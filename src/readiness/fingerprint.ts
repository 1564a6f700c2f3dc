import { createHash, type Hash } from "node:crypto";
import * as fs from "node:fs";
import { posix, resolve, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { cancelled } from "../deadline.ts";
import { codeOf, OffshootError } from "../errors.ts";
import { stat } from "../file-facts.ts";
import { CHUNK_BYTES, MIB, readBytes, readChunks, readFailure } from "../read-file.ts";
import { readdirUntil } from "./search-folders.ts";

export interface FingerprintInput {
  /** The folder that the patterns are relative to. */
  readonly directory: string;
  /** Paths, folders or globs. A pattern that starts with `!` excludes files. Empty: only the command counts. */
  readonly files: readonly string[];
  readonly command: string;
  readonly tool?: string;
  readonly toolVersion?: string;
  /** Ends the search. Default never. */
  readonly signal?: AbortSignal;
}

/** The format of the readiness tables. A base with another format has another fingerprint, and is never used. */
const FORMAT = "offshoot/2";

/** A link to `/` among the migrations would otherwise make the search take hours. */
const SEARCH_MS = 20_000;
const MOST_FILES = 100_000;
/** A dump with test data can be large. It is hashed in pieces. */
const MOST_BYTES = 4096 * MIB;

/** Files that are hashed until signals and timers get their turn: some 10 ms. */
const PAUSE_AFTER = 200;

/** Files that tools create beside migrations. They must not change the fingerprint. */
const LEFTOVERS = ["**/__pycache__/**", "**/*.pyc", "**/node_modules/**", "**/.git/**", "**/.DS_Store"];

/**
 * Identifies a schema state: SHA-256 (hex) of path and content of each migration file, the command, the tool and its
 * version. The same checkout gives the same fingerprint on every machine.
 * Throws `MIGRATION_FILES_MISSING` for a pattern that matches nothing or too much, and for a file that cannot be read. Throws
 * `CANCELLED` when the signal aborts.
 */
export async function fingerprintOf(input: FingerprintInput): Promise<string> {
  const hash = createHash("sha256");
  // The length comes first: otherwise "ab" and "c" would give the same hash as "a" and "bc".
  const add = (part: string | Uint8Array): void => {
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  };
  for (const part of [FORMAT, input.command, input.tool ?? "", input.toolVersion ?? ""]) add(part);
  for (const [at, file] of (await filesOf(input)).entries()) {
    // Small files are read without a wait, in which nothing else could happen.
    if (at % PAUSE_AFTER === 0) await setImmediate();
    requireTime(input);
    add(file);
    await addFile(hash, resolve(input.directory, file));
  }
  return hash.digest("hex");
}

function requireTime({ signal }: Pick<FingerprintInput, "signal">): void {
  if (signal?.aborted) throw cancelled("searching for the migration files");
}

/** The files that the patterns match, as paths from the folder, in byte order. Throws `MIGRATION_FILES_MISSING`. */
export async function filesOf(input: Omit<FingerprintInput, "command">): Promise<readonly string[]> {
  const { files: patterns } = input;
  const included = patterns.filter((pattern) => !pattern.startsWith("!"));
  const ignore = [...LEFTOVERS, ...patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1))];
  const found = await Promise.all(included.map((pattern) => matchesOf(input, pattern, ignore)));
  // Not `localeCompare`: the order must not depend on the machine's locale.
  return [...new Set(found.flat())].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

async function matchesOf(input: Omit<FingerprintInput, "command">, pattern: string, ignore: readonly string[]): Promise<readonly string[]> {
  const { directory } = input;
  const plain = posix.normalize(pattern.split(sep).join("/"));
  // The name of an existing file may contain glob characters (`[id].sql`). They are then ordinary characters.
  if (await isOneFile(resolve(directory, plain))) return [plain];
  const late = AbortSignal.timeout(SEARCH_MS);
  const signal = input.signal === undefined ? late : AbortSignal.any([late, input.signal]);
  const { glob } = await import("tinyglobby");
  const files = await glob([plain], {
    cwd: directory,
    dot: true,
    ignore: [...ignore],
    signal,
    fs: { ...fs, readdir: readdirUntil(signal) },
  });
  requireTime(input);
  if (signal.aborted || files.length > MOST_FILES) throw tooMany(directory, pattern);
  if (files.length > 0) return files.map((file) => posix.normalize(file.split(sep).join("/")));
  throw new OffshootError("MIGRATION_FILES_MISSING", `No migration file matches \`${pattern}\`.`, {
    meaning: `offshoot searched in ${directory}. Without the files, a changed migration would not be noticed.`,
    remedy: "Correct the pattern in `migrations.files`, or remove it.",
    facts: { pattern, directory },
  });
}

/** Pipes, sockets and devices count as files here. The reader refuses them by name, and the search would skip them. */
async function isOneFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isDirectory();
}

function tooMany(directory: string, pattern: string): OffshootError {
  return new OffshootError("MIGRATION_FILES_MISSING", `\`${pattern}\` matches too many files in ${directory}.`, {
    meaning: `The search ends after ${MOST_FILES} files or ${SEARCH_MS / 1000} s. A symbolic link in this folder may lead to a large folder.`,
    remedy: "Set `migrations.files` to a pattern that matches only migration files, such as migrations/**/*.sql.",
    facts: { pattern, directory },
  });
}

const NO_RIGHT = new Set(["EACCES", "EPERM"]);

/** Adds a file as `add` does: first its length, then its content in pieces. */
async function addFile(hash: Hash, path: string): Promise<void> {
  try {
    const { size } = await stat(path);
    hash.update(`${size}:`);
    let read = 0;
    const chunks = size > CHUNK_BYTES ? readChunks(path, MOST_BYTES) : [await readBytes(path, MOST_BYTES)];
    for await (const chunk of chunks) {
      hash.update(chunk);
      read += chunk.length;
    }
    if (read !== size) throw new Error("it changed while it was read");
  } catch (thrown) {
    throw new OffshootError("MIGRATION_FILES_MISSING", `Could not read the migration file ${path}: ${readFailure(thrown)}.`, {
      remedy: `${NO_RIGHT.has(codeOf(thrown) ?? "") ? "Give the user of this job the right to read the file, or exclude" : "Remove the file, or exclude"} the path in \`migrations.files\` with a pattern that starts with \`!\`.`,
      facts: { path },
    });
  }
}
