import { isRaisedBy, objectOf, type ServerError } from "../postgres/server-error.ts";
import { shownCode } from "../postgres/sqlstate-list.ts";
import { splitMessages } from "./split-messages.ts";

/** Reads what a server sends to one client, and calls back for each error and each statement that succeeded. */
export interface TapListener {
  error(error: ServerError): void;
  /** `tag` is the command's name, such as `CREATE TABLE`. */
  completed(tag: string): void;
}

/** A longer error is not read. Its message would not be readable either. */
const LONGEST = 65_536;

/**
 * Returns a function for the chunks that a server sends after the login. It keeps at most one error, and copies nothing of the
 * rows.
 */
export function tapErrors(listener: TapListener): (chunk: Buffer) => void {
  return splitMessages({ types: "EC", longest: LONGEST, cut: false }, (type, body) => {
    if (type === "C") listener.completed(body.toString().split("\0", 1)[0] ?? "");
    else listener.error(readError(body));
  });
}

/** The error in a message of type `E`. Its detail can contain values of rows, and is not read. */
export function readError(body: Buffer): ServerError {
  const fields = body.toString().split("\0");
  const field = (name: string): string | undefined => fields.find((each) => each.startsWith(name))?.slice(1);
  const names = { schema: field("s"), table: field("t"), column: field("c"), constraint: field("n"), datatype: field("d") };
  const isRaised = isRaisedBy(field("R"));
  return {
    sqlstate: shownCode(field("C"), isRaised),
    message: field("M") ?? "",
    object: objectOf(names),
    ...(isRaised ? { isRaised } : {}),
    ...(/^\d{1,9}$/.test(field("P") ?? "") ? { position: Number(field("P")) } : {}),
  };
}
