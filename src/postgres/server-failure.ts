import { codeOf, type ErrorCode, isOffshootError, OffshootError } from "../errors.ts";
import type { Session } from "./session.ts";
import { SQLSTATE } from "./sqlstate.ts";
import { parseUrl } from "./url.ts";

/** A failure of the server itself, whatever the statement was. */
interface Kind {
  readonly code: ErrorCode;
  /** Completes "The Postgres server at … ". */
  readonly text: string;
  readonly remedy: string;
}

const FULL: Kind = {
  code: "DISK_FULL",
  text: "could not write: its disk is full",
  remedy: "Free some disk space on the server, then run the command again.",
};
const LIMIT: Kind = {
  code: "SERVER_FAILED",
  text: "reached one of its limits",
  remedy: "Give the server more memory, or raise the limit in its settings. Then run the command again.",
};
const STORAGE: Kind = {
  code: "SERVER_FAILED",
  text: "could not read or write its files",
  remedy: "Look at the server's log and its disk, then run the command again.",
};
const READ_ONLY: Kind = {
  code: "SERVER_FAILED",
  text: "accepts no changes: it is read-only, such as a standby",
  remedy: "Use the URL of the primary server.",
};

/**
 * Failures for which the server is the reason and no statement of ours (PostgreSQL documentation, appendix A: classes 53, 58 and XX).
 * `53300` (too many connections) is temporary, and `58P01` also means that an extension is not installed.
 */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  [SQLSTATE.diskFull, FULL],
  ["53000", LIMIT],
  ["53200", LIMIT],
  ["53400", LIMIT],
  ["58000", STORAGE],
  ["58030", STORAGE],
  ["XX001", STORAGE],
  ["XX002", STORAGE],
  ["25006", READ_ONLY],
]);

/** The server's message for a checkpoint that failed, which a DROP needs. Its reason is only in the server's log (`checkpointer.c`). */
const CHECKPOINT = /^checkpoint request failed/;

/** A new session could not write its cache of the catalog (`relcache.c`). The server gives neither an SQLSTATE nor a reason; the file is small and new. */
const INIT_FILE = /^could not write init file/;

/** How servers and file systems report a full disk, with an SQLSTATE for all errors of the disk. */
const NO_SPACE = /no space left on device|disk quota exceeded/i;

/** The error of offshoot for a failure of the server itself, with the server's own words. Anything else is returned as it was thrown. */
export function serverFailure(url: string, thrown: unknown): unknown {
  if (!(thrown instanceof Error) || isOffshootError(thrown)) return thrown;
  const sqlstate = codeOf(thrown) ?? "";
  const kind = CHECKPOINT.test(thrown.message) ? STORAGE : INIT_FILE.test(thrown.message) ? FULL : KINDS.get(sqlstate);
  if (kind === undefined) return thrown;
  const { code, text, remedy } = kind === STORAGE && NO_SPACE.test(thrown.message) ? FULL : kind;
  const { host, port, password } = parseUrl(url);
  const hint = "hint" in thrown && typeof thrown.hint === "string" ? ` ${thrown.hint}` : "";
  return new OffshootError(code, `The Postgres server at ${host}:${port} ${text}.`, {
    meaning: `It reported: ${thrown.message.replace(/\.?$/, ".")}${hint}`,
    remedy,
    facts: { sqlstate, host, port },
    secrets: [password],
    cause: thrown,
  });
}

/** Writes some megabytes to a temporary file that Postgres removes at once. Needs no right, and changes nothing. */
const WRITE =
  "select pg_catalog.set_config('work_mem', '64kB', true); select pg_catalog.count(*) from pg_catalog.generate_series(1, 200000)";

/** Why a checkpoint failed, if a further statement of the session meets a full disk too. Otherwise the error as it was thrown. */
export async function checkpointFailure(session: Pick<Session, "query">, thrown: unknown): Promise<unknown> {
  if (!(thrown instanceof Error) || !CHECKPOINT.test(thrown.message)) return thrown;
  try {
    await session.query(WRITE);
  } catch (again) {
    if (again instanceof Error && (codeOf(again) === SQLSTATE.diskFull || NO_SPACE.test(again.message))) return again;
  }
  return thrown;
}

/** The error for a reply of the server that is too large to be read. */
export function replyTooLarge(url: string): OffshootError {
  const { host, port } = parseUrl(url);
  return new OffshootError("SERVER_FAILED", `The Postgres server at ${host}:${port} sent more than 256 MiB in reply to one statement.`, {
    meaning:
      "The database has very long definitions, function bodies, comments or values. They are not read, so that they cannot fill the memory of this machine.",
    remedy:
      "Find them, for example with `select oid::regprocedure, length(prosrc) from pg_proc order by 2 desc limit 10`, and shorten them or leave their schema out.",
    facts: { host, port },
  });
}

/** The SQLSTATE of a thrown value, also of one that `serverFailure` made. */
export function sqlstateOf(thrown: unknown): string | undefined {
  if (!isOffshootError(thrown)) return codeOf(thrown);
  const { sqlstate } = thrown.facts;
  return typeof sqlstate === "string" ? sqlstate : undefined;
}
