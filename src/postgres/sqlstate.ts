import { codeOf } from "../errors.ts";
/** SQLSTATEs by what they mean to us (PostgreSQL documentation, appendix A). */
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
  invalidPassword: "28P01",
  invalidAuthorization: "28000",
  insufficientPrivilege: "42501",
  objectInUse: "55006",
  diskFull: "53100",
  tooManyConnections: "53300",
  cannotConnectNow: "57P03",
  adminShutdown: "57P01",
  crashShutdown: "57P02",
  databaseDropped: "57P04",
  queryCanceled: "57014",
  lockNotAvailable: "55P03",
  deadlockDetected: "40P01",
} as const;

/** What two creators of the same object see when they meet: the loser has what it wanted. */
export const LOST_CREATION_RACE: readonly string[] = [
  SQLSTATE.uniqueViolation,
  SQLSTATE.duplicateDatabase,
  SQLSTATE.duplicateSchema,
  SQLSTATE.duplicateTable,
  SQLSTATE.duplicateObject,
];

const NETWORK = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"]);
const SERVER_GOING = new Set<string>([
  SQLSTATE.adminShutdown,
  SQLSTATE.crashShutdown,
  SQLSTATE.cannotConnectNow,
  SQLSTATE.tooManyConnections,
]);

/**
 * node-postgres has no code for these, nor for a statement out of time; the texts are its own (pg/lib/client.js). A
 * session is closed by us where a lock that it holds can't be given back in time.
 */
const UNCODED = /connection terminated|timeout expired|connection error|client was closed|query read timeout/i;

/** Whether a connection may well succeed a moment later: the server restarts, is full, or the network hiccups. */
export function isTemporary(thrown: unknown): boolean {
  const code = codeOf(thrown);
  if (code !== undefined) return NETWORK.has(code) || SERVER_GOING.has(code) || code.startsWith("08");
  return thrown instanceof Error && UNCODED.test(thrown.message);
}

const IN_THE_WAY = new Set<string>([
  SQLSTATE.lockNotAvailable,
  SQLSTATE.deadlockDetected,
  SQLSTATE.undefinedTable,
  SQLSTATE.undefinedSchema,
]);

/**
 * Whether another drops or locks what a statement had found: a query lists the catalog as it was at its beginning, and
 * the functions that describe an object look as it is now (PostgreSQL documentation, 9.27, "System Catalog Information
 * Functions"). Their words for what is gone are internal errors, which no server translates (`relation_open`,
 * `lsyscache.c`).
 */
export function isConcurrentSchemaChange(thrown: unknown): boolean {
  const code = codeOf(thrown) ?? "";
  if (code !== SQLSTATE.internalError) return IN_THE_WAY.has(code);
  return thrown instanceof Error && /could not open relation|cache lookup failed|could not find tuple/i.test(thrown.message);
}
