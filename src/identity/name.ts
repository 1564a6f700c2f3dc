import { createHash } from "node:crypto";
import type { RunIdentity } from "./run-identity.ts";
import { NAME_PREFIX } from "./owner-tag.ts";

/** Characters of a hash in a name: 40 bits, for names that already agree in their readable part. */
const HASH_LENGTH = 10;

/** Neon takes 256 characters; consoles, logs and `list` are readable up to about half of that. */
const LONGEST_REPOSITORY = 50;
const LONGEST_KEY = 48;

/** Postgres cuts identifiers at 63 bytes (NAMEDATALEN - 1), silently. */
const LONGEST_DATABASE_NAME = 63;

/**
 * Name of a run's branch: `offshoot/<repository>/<key>`, at most 120 characters of `a-z`, `0-9`, `-` and `/`.
 * Two runs never share a name: where anything was replaced or cut, `--` and a hash of the originals follow,
 * and `--` occurs nowhere else.
 */
export function branchName(run: Pick<RunIdentity, "repository" | "key">): string {
  const repository = segments(run.repository, LONGEST_REPOSITORY);
  const key = segment(run.key, LONGEST_KEY);
  const name = `${NAME_PREFIX}${repository}/${key}`;
  return repository === run.repository && key === run.key ? name : `${name}--${hash(JSON.stringify([run.repository, run.key]))}`;
}

/** Name of the base that is migrated to `fingerprint`: `offshoot/base/<first 16 hex digits>`. */
export function baseName(fingerprint: string): string {
  return `${BASE_PREFIX}${fingerprint.slice(0, 16)}`;
}

/** What the names of bases start with, and no name of a run does. */
export const BASE_PREFIX = `${NAME_PREFIX}base/`;

/**
 * Name of the Postgres database that stands for a branch name: `offshoot_…` of `a-z`, `0-9` and `_`, at most 63
 * bytes. Always ends in a hash, since `a/b` and `a-b` become the same characters.
 */
export function databaseName(name: string): string {
  const readable = clean(name, "_").replace(/^offshoot_/, "");
  const suffix = `_${hash(name)}`;
  return `${`offshoot_${readable}`.slice(0, LONGEST_DATABASE_NAME - suffix.length).replace(/_+$/, "")}${suffix}`;
}

/** A repository keeps its slashes; one that would look like the folder of the bases doesn't keep its name. */
function segments(text: string, longest: number): string {
  const path = text
    .split("/")
    .map((part) => clean(part, "-"))
    .filter((part) => part !== "")
    .join("/");
  const apart = `${path}/`.startsWith("base/") ? `repository-${path}` : path;
  const cut = apart.slice(0, longest).replace(/[-/]+$/, "");
  return cut === "" ? "repository" : cut;
}

function segment(text: string, longest: number): string {
  const cut = clean(text, "-").slice(0, longest).replace(/-+$/, "");
  return cut === "" ? "run" : cut;
}

/** Lower case; each stretch of other characters becomes one filler, none at the ends. */
function clean(text: string, filler: "-" | "_"): string {
  const plain = text.toLowerCase().replace(/[^a-z0-9]+/g, filler);
  return plain.replace(/^[-_]|[-_]$/g, "");
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_LENGTH);
}
