import { codeOf, OffshootError } from "../errors.ts";
import { SQLSTATE } from "./sqlstate.ts";

/** SQLSTATE classes of a statement that is wrong for every database (PostgreSQL documentation, appendix A): a fault of offshoot. */
const OWN_FAULT = /^(?:0A|2[1-7]|2B|2F|3[48]|42)/;

/** Members of these classes that depend on the server: rights, and characters that its encoding does not have. */
const OF_THE_SERVER = new Set(["42501", "22021", "22P05"]);

/**
 * The error for a statement or a login that the server refused for a reason of its own, such as a library that it cannot load or an
 * event trigger. Undefined: another kind of error, or a fault of offshoot.
 */
export function refusedByServer(thrown: unknown): OffshootError | undefined {
  const sqlstate = codeOf(thrown);
  if (!(thrown instanceof Error) || !("severity" in thrown) || sqlstate === undefined || sqlstate.length !== 5) return undefined;
  if (sqlstate === SQLSTATE.adminShutdown) return ended(thrown);
  const place = "where" in thrown && typeof thrown.where === "string" ? thrown.where.split("\n", 1)[0] : undefined;
  const inFunction = place !== undefined && /\bfunction\b/.test(place);
  if (!inFunction && OWN_FAULT.test(sqlstate) && !OF_THE_SERVER.has(sqlstate)) return undefined;
  return new OffshootError(
    "SERVER_FAILED",
    `The Postgres server refused a statement or a login of offshoot: ${thrown.message.replace(/\.$/, "")} (SQLSTATE ${sqlstate}).`,
    {
      meaning: inFunction ? `It happened in the database's own code: ${place}.` : undefined,
      remedy: inFunction
        ? "Find out what calls that function, such as an event trigger, and let it accept the sessions of offshoot. Then run the command again."
        : "Look at the settings of the server, the database and the role, and at the server's log. Then run the command again.",
      facts: { sqlstate },
      cause: thrown,
    },
  );
}

/** The server sends this when a program calls `pg_terminate_backend`, as `reset`, `restore` and `down` do, and when it stops. */
function ended(thrown: Error): OffshootError {
  return new OffshootError("SERVER_FAILED", `A session of offshoot was ended from outside: ${thrown.message} (SQLSTATE 57P01).`, {
    meaning: "Another process ended it, for example `offshoot reset`, `restore` or `down` of this database, or the server was stopped.",
    remedy: "Run the command again when the other process has ended.",
    facts: { sqlstate: SQLSTATE.adminShutdown },
    cause: thrown,
  });
}
