import { codeOf } from "../errors.ts";

/** SQLSTATEs by name (PostgreSQL documentation, appendix A). */
export const SQLSTATE = {
  uniqueViolation: "23505",
  duplicateDatabase: "42P04",
  duplicateSchema: "42P06",
  duplicateTable: "42P07",
  duplicateObject: "42710",
  internalError: "XX000",
  undefinedDatabase: "3D000",
  undefinedTable: "42P01",
  undefinedSchema: "3F000",
  undefinedObject: "42704",
  wrongObjectType: "42809",
  invalidParameterValue: "22023",
  invalidText: "22P02",
  dependentObjects: "2BP01",
  invalidPassword: "28P01",
  invalidAuthorization: "28000",
  insufficientPrivilege: "42501",
  invalidGrant: "0LP01",
  objectInUse: "55006",
  notInPrerequisiteState: "55000",
  undefinedFile: "58P01",
  diskFull: "53100",
  tooManyConnections: "53300",
  cannotConnectNow: "57P03",
  adminShutdown: "57P01",
  crashShutdown: "57P02",
  databaseDropped: "57P04",
  queryCanceled: "57014",
  transactionTimeout: "25P04",
  idleSessionTimeout: "57P05",
  lockNotAvailable: "55P03",
  deadlockDetected: "40P01",
} as const;

/** Errors when two sessions create the same object at the same time. The object exists, so they count as success. */
export const LOST_CREATION_RACE: readonly string[] = [
  SQLSTATE.uniqueViolation,
  SQLSTATE.duplicateDatabase,
  SQLSTATE.duplicateSchema,
  SQLSTATE.duplicateTable,
  SQLSTATE.duplicateObject,
];

const NETWORK = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"]);
const SERVER_UNAVAILABLE = new Set<string>([
  SQLSTATE.adminShutdown,
  SQLSTATE.crashShutdown,
  SQLSTATE.cannotConnectNow,
  SQLSTATE.tooManyConnections,
]);

/**
 * Errors of node-postgres that have no code: these are its texts (pg/lib/client.js). "client was closed" appears when we
 * closed a session because its lock could not be released in time.
 */
const WITHOUT_CODE = /connection terminated|timeout expired|connection error|client was closed|query read timeout/i;

/** The text of the driver when a connection takes longer than its limit. */
export const CONNECT_TIMEOUT = "timeout expired";

/** Whether the server did not answer in time. */
export function isTimeout(thrown: unknown): boolean {
  return codeOf(thrown) === "ETIMEDOUT" || (thrown instanceof Error && thrown.message === CONNECT_TIMEOUT);
}

/** PgBouncer sends nearly all of its errors with one code, this permanent one too (pgbouncer source, `pool_mode=statement`). */
const NEVER_PASSES = /not allowed in statement pooling mode/;

/** Whether a new connection may succeed a moment later: the server restarts or has no free connection, or the network failed. */
export function isTemporary(thrown: unknown): boolean {
  const code = codeOf(thrown);
  if (thrown instanceof Error && NEVER_PASSES.test(thrown.message)) return false;
  if (code !== undefined) return NETWORK.has(code) || SERVER_UNAVAILABLE.has(code) || code.startsWith("08");
  return thrown instanceof Error && WITHOUT_CODE.test(thrown.message);
}

/** Whether the error says that the database does not exist, or that it was dropped during the session. */
export function isDatabaseMissing(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code === SQLSTATE.undefinedDatabase || code === SQLSTATE.databaseDropped;
}

/** Whether the error says that a table, or its schema, does not exist. */
export function isTableMissing(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code === SQLSTATE.undefinedTable || code === SQLSTATE.undefinedSchema;
}

const DROPPED_OR_LOCKED = new Set<string>([
  SQLSTATE.lockNotAvailable,
  SQLSTATE.deadlockDetected,
  SQLSTATE.undefinedTable,
  SQLSTATE.undefinedSchema,
]);

/**
 * Whether another session dropped or locked an object that a statement was reading. A query lists the catalog as of its
 * start, but the functions that describe an object use its current state (PostgreSQL documentation, 9.27, "System Catalog
 * Information Functions"). For a dropped object they throw internal errors, which are never translated (`relation_open`,
 * `lsyscache.c`).
 */
export function isConcurrentSchemaChange(thrown: unknown): boolean {
  const code = codeOf(thrown) ?? "";
  if (code !== SQLSTATE.internalError) return DROPPED_OR_LOCKED.has(code);
  return thrown instanceof Error && /could not open relation|cache lookup failed|could not find tuple/i.test(thrown.message);
}
