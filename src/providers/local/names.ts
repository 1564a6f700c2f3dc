import { createHash, randomBytes } from "node:crypto";
import { BASE_PREFIX, baseName, branchName, cloneName, databaseName } from "../../identity/name.ts";
import { NAME_PREFIX, type OwnerTag } from "../../identity/owner-tag.ts";

/** Prefix of the names of all databases of offshoot. */
export const DATABASE_PREFIX = "offshoot_";

const TEMPLATE_PREFIX = `${DATABASE_PREFIX}template_`;
const SCRATCH_PREFIX = `${DATABASE_PREFIX}scratch_`;

/** The database of a full name. A name without the prefix of full names is already the name of a database. */
export function toDatabase(name: string): string {
  if (name.startsWith(BASE_PREFIX)) return templateName(name.slice(BASE_PREFIX.length));
  return name.startsWith(NAME_PREFIX) ? databaseName(name) : name;
}

/** The full name for which a database was created, from its tag. Without a tag the database's own name. */
export function toFullName(database: string, tag: OwnerTag | undefined): string {
  return tag === undefined ? database : fullNameOf(tag);
}

/** Whether the tag was written for a database with this name. */
export function isNameOf(database: string, tag: OwnerTag): boolean {
  return toDatabase(fullNameOf(tag)) === database;
}

function fullNameOf(tag: OwnerTag): string {
  const run = { repository: tag.repository, key: tag.run };
  if (tag.clone !== undefined) return cloneName(run, tag.clone);
  return tag.kind === "base" ? baseName(tag.fingerprint ?? "") : branchName(run);
}

/** The template database that is migrated to `fingerprint`. */
export function templateName(fingerprint: string): string {
  return `${TEMPLATE_PREFIX}${fingerprint.slice(0, 16)}`;
}

/**
 * A temporary name for a database that is being created. `create database` cannot share a transaction with the comment that
 * holds the tag, but a rename can. So a database gets its real name and its tag together. The name contains check digits:
 * a database that a killed process left can be recognised by its name alone.
 */
export function scratchName(): string {
  const random = randomBytes(8).toString("hex");
  return `${SCRATCH_PREFIX}${random}_${checkDigits(random)}`;
}

/** Whether `scratchName` made this name. */
export function isScratch(name: string): boolean {
  const [, random, digits] = /^offshoot_scratch_([0-9a-f]{16})_([0-9a-f]{8})$/.exec(name) ?? [];
  return random !== undefined && digits === checkDigits(random);
}

function checkDigits(random: string): string {
  return createHash("sha256").update(`offshoot ${random}`).digest("hex").slice(0, 8);
}
