import { messageOf } from "../errors.ts";
import { isRaisedBy, publicMessage, RAISED } from "./server-error.ts";

/** The public message of an error that a driver threw, without a text that code in the database wrote. */
export function publicMessageOf(thrown: unknown): string {
  const isRaised = typeof thrown === "object" && thrown !== null && "routine" in thrown && isRaisedBy(thrown.routine);
  return isRaised ? RAISED : publicMessage(messageOf(thrown));
}
