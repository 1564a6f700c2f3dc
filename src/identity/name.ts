import type { RunIdentity } from "./run-identity.ts";
import { NAME_PREFIX } from "./owner-tag.ts";
import { shortHash, slug } from "./slug.ts";

/** Length of the hash in a name: 40 bits are enough, because only names with the same readable part can collide. */
const HASH_LENGTH = 10;

/** Neon accepts 256 characters. Consoles, logs and `offshoot list` are readable up to about half of that. */
const LONGEST_REPOSITORY = 50;
const LONGEST_KEY = 48;

/** Postgres silently truncates identifiers to 63 bytes (NAMEDATALEN - 1). */
const LONGEST_DATABASE_NAME = 63;

/**
 * Name of a run's branch: `offshoot/<repository>/<key>`, at most 120 characters of `a-z`, `0-9`, `-` and `/`.
 * Two runs never have the same name: if characters were replaced or cut off, `--` and a hash of the original texts are
 * appended, and `--` occurs nowhere else.
 */
export function branchName(run: Pick<RunIdentity, "repository" | "key">): string {
  const repository = segments(run.repository, LONGEST_REPOSITORY);
  const key = segment(run.key, LONGEST_KEY);
  const name = `${NAME_PREFIX}${repository}/${key}`;
  return repository === run.repository && key === run.key ? name : `${name}--${hash(JSON.stringify([run.repository, run.key]))}`;
}

/**
 * Name of a clone of the run's database: the run's name, `~` and the clone's own name. No name of a run has a `~`, so that none
 * is the name of a clone.
 */
export function cloneName(run: Pick<RunIdentity, "repository" | "key">, clone: string): string {
  return `${branchName(run)}~${clone}`;
}

/** Name of the base that is migrated to `fingerprint`: `offshoot/base/<first 16 hex digits>`. */
export function baseName(fingerprint: string): string {
  return `${BASE_PREFIX}${fingerprint.slice(0, 16)}`;
}

/** Prefix of the names of bases. The name of a run never starts with it. */
export const BASE_PREFIX = `${NAME_PREFIX}base/`;

/**
 * Name of the Postgres database for a branch name: `offshoot_…`, with characters of `a-z`, `0-9` and `_`, at most 63
 * bytes. It always ends in a hash, because `a/b` and `a-b` become the same characters.
 */
export function databaseName(name: string): string {
  const readable = slug(name, "_").replace(/^offshoot_/, "");
  const suffix = `_${hash(name)}`;
  return `${`offshoot_${readable}`.slice(0, LONGEST_DATABASE_NAME - suffix.length).replace(/_+$/, "")}${suffix}`;
}

/** A repository keeps its slashes. A name that would look like the name of a base gets a prefix. */
function segments(text: string, longest: number): string {
  const path = text
    .split("/")
    .map((part) => slug(part, "-"))
    .filter((part) => part !== "")
    .join("/");
  const distinct = `${path}/`.startsWith("base/") ? `repository-${path}` : path;
  const cut = distinct.slice(0, longest).replace(/[-/]+$/, "");
  return cut === "" ? "repository" : cut;
}

function segment(text: string, longest: number): string {
  const cut = slug(text, "-", longest);
  return cut === "" ? "run" : cut;
}

function hash(text: string): string {
  return shortHash(text, HASH_LENGTH);
}
