import type { ServerError } from "../../postgres/server-error.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import type { Lacks, NamedObject } from "../lacks.ts";

/** A role, a tablespace and so on that does not exist, or that its server does not let this role use. */
const MISSING: ReadonlySet<string> = new Set([
  SQLSTATE.undefinedObject,
  SQLSTATE.invalidParameterValue,
  SQLSTATE.insufficientPrivilege,
  SQLSTATE.undefinedFile,
  SQLSTATE.notInPrerequisiteState,
  // An extension that is not available, and a file of a text search dictionary.
  "0A000",
  "F0000",
]);
const RIGHTS: ReadonlySet<string> = new Set([SQLSTATE.insufficientPrivilege, SQLSTATE.invalidGrant]);
/** Undefined tables, columns, functions and types. */
const UNDEFINED: ReadonlySet<string> = new Set([
  SQLSTATE.undefinedTable,
  SQLSTATE.undefinedSchema,
  SQLSTATE.undefinedObject,
  "42703",
  "42883",
]);
const QUOTED = /["»«„“]([^"»«„“”\n]*)["»«”“]/gu;

/** What a failure says about production. */
export interface Doubt {
  /** The cause is what the copy lacks, so the migration was not rehearsed. `false`: perhaps. */
  readonly isCertain: boolean;
  readonly advice: string;
}

/**
 * Whether a migration fails because the copy, or its server, is not equal to production in what a dump does not have. Undefined: it
 * would fail in production too. Pure.
 */
export function onlyInCopy(cause: ServerError | undefined, lacks: Lacks | undefined): Doubt | undefined {
  const { sqlstate = "" } = cause ?? {};
  if (cause === undefined || lacks === undefined) return undefined;
  const reaching = cannotReach(cause, lacks.disabled ?? []);
  if (reaching !== undefined) return reaching;
  const names = [...cause.message.matchAll(QUOTED)].map(([, name = ""]) => name);
  const lacking = MISSING.has(sqlstate) ? findLacking(cause.message, names, lacks.objects) : undefined;
  if (lacking !== undefined) {
    return {
      isCertain: true,
      advice: `The server has the ${lacking.kind} ${lacking.name}, and the copy does not have it by this name, so this says nothing about production. ${WAY}`,
    };
  }
  if (RIGHTS.has(sqlstate) && lacks.powers.length > 0) {
    return {
      isCertain: true,
      advice: `The role of the server has more rights than that of the copy (${lacks.powers.join(", ")}), so this says nothing about production. Run on the server what needs these rights before, if the migrations can do without it, such as CREATE ROLE. ${WAY}`,
    };
  }
  if (lacks.isOtherServer && MISSING.has(sqlstate) && OF_SERVER.test(cause.message)) return { isCertain: false, advice: OTHER_SERVER };
  if (lacks.isPartial && UNDEFINED.has(sqlstate)) {
    return {
      isCertain: false,
      advice:
        "Parts of the server could not be restored in the copy, as the notes say. If the statement needs one of them, it fails only in the copy. Otherwise correct the migration.",
    };
  }
  return undefined;
}

/** The classes of errors of connections to other servers, and of foreign data wrappers (PostgreSQL documentation, appendix A). */
const OF_CONNECTION = /^(?:08|HV)/;

/** A statement that needs another system. What is disabled in the copy is not disabled in production. */
function cannotReach({ sqlstate = "", message }: ServerError, disabled: readonly string[]): Doubt | undefined {
  const isConnection = OF_CONNECTION.test(sqlstate);
  const isSubscription = sqlstate === SQLSTATE.notInPrerequisiteState && /subscription/i.test(message);
  const named = disabled.filter((name) => isConnection || (isSubscription && name.startsWith("subscription ")));
  if (named.length > 0) {
    return {
      isCertain: true,
      advice: `The statement needs another system, and offshoot disabled in the copy what reaches one (${named.slice(0, MOST_NAMED).join(", ")}), so this says nothing about production. Run this migration without a rehearsal, or with --outbound allow where it can change nothing there.`,
    };
  }
  if (!isConnection) return undefined;
  return {
    isCertain: false,
    advice:
      "The statement needs another system, which could not be used from the copy. Whether it can be used from production is not known.",
  };
}

const MOST_NAMED = 5;

/** What the server has, or its administrator created, and no migration that ran in the copy. Local servers write English. */
const OF_SERVER =
  /^(?:role|tablespace|collation|extension|language|event trigger|foreign-data wrapper|server|publication|text search|access method) "|^could not open extension control file|^unrecognized configuration parameter|^permission denied to set role/;
const WAY = "Rehearse on a Neon branch, or run this migration without a rehearsal.";
const OTHER_SERVER =
  "The copy is on a local server, whose roles, extensions and settings are its own, and nothing is known about those of production. If production has what is missing, create it in an earlier migration where it does not exist, or rehearse on a dump of production with --from, which has its roles. Otherwise correct the migration.";

/** The names in a message are in quotes, in every language. */
function findLacking(message: string, names: readonly string[], objects: readonly NamedObject[]): NamedObject | undefined {
  // The files of an extension have its name in their paths.
  return objects.find(({ kind, name }) => names.includes(name) || (kind === "extension" && message.includes(`/${name}.control"`)));
}
