import { createHash, randomBytes } from "node:crypto";
import { BASE_PREFIX, baseName, branchName, databaseName } from "../../identity/name.ts";
import { NAME_PREFIX, type OwnerTag } from "../../identity/owner-tag.ts";

/** What the names of all our databases start with. */
const DATABASE_PREFIX = "offshoot_";

const TEMPLATE_PREFIX = `${DATABASE_PREFIX}template_`;
const SCRATCH_PREFIX = `${DATABASE_PREFIX}scratch_`;

/** The database of a full name; what has no full name is called by its database's own. */
export function toDatabase(name: string): string {
  if (name.startsWith(BASE_PREFIX)) return templateName(name.slice(BASE_PREFIX.length));
  return name.startsWith(NAME_PREFIX) ? databaseName(name) : name;
}

/** The full name that a database was made for, by its tag; its own name where the two don't agree. */
export function toFullName(database: string, tag: OwnerTag | undefined): string {
  if (tag === undefined) return database;
  const name = tag.kind === "base" ? baseName(tag.fingerprint ?? "") : branchName({ repository: tag.repository, key: tag.run });
  return toDatabase(name) === database ? name : database;
}

/** The template database that is migrated to `fingerprint`. */
export function templateName(fingerprint: string): string {
  return `${TEMPLATE_PREFIX}${fingerprint.slice(0, 16)}`;
}

/**
 * A name for a database that is being made. `create database` and its tag can't be one transaction; a rename and
 * the tag can. So a database gets its real name only together with its tag, and what a killed process leaves
 * has a name that nobody else would choose: it carries its own check digits.
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
