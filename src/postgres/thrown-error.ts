import { messageOf } from "../errors.ts";
import { isRaisedBy, publicMessage, RAISED } from "./server-error.ts";

/** The public message of an error that a driver threw, without a text that code in the database wrote. */
export function publicMessageOf(thrown: unknown): string {
  return isRaised(thrown) ? RAISED : publicMessage(messageOf(thrown));
}

/** Whether code in the database raised an error that a driver threw. */
export function isRaised(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && "routine" in thrown && isRaisedBy(thrown.routine);
}

/** Functions of the server with which an extension passes on the hint of another server, which code in a database can have written. */
const PASSED_ON: ReadonlySet<string> = new Set(["dblink_res_error", "pgfdw_report_error"]);

/**
 * The server's hint. It names objects, and is written in the server's own code, unlike its detail, which can have values of rows.
 * Undefined without one, and for one that code in the database wrote.
 */
export function hintOf(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("hint" in thrown) || typeof thrown.hint !== "string") return undefined;
  const routine = "routine" in thrown ? thrown.routine : undefined;
  if (isRaisedBy(routine) || (typeof routine === "string" && PASSED_ON.has(routine))) return undefined;
  return publicMessage(thrown.hint.replaceAll(/\s*[\r\n]+\s*/g, " "));
}

/** The message of an error that a driver threw, with the server's hint. */
export function messageWithHint(thrown: unknown): string {
  const hint = hintOf(thrown);
  return hint === undefined ? messageOf(thrown) : `${messageOf(thrown)} (hint: ${hint.replace(/\.$/, "")})`;
}
