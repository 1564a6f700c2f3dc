import { OffshootError } from "../../errors.ts";
import { identifier } from "../../postgres/identifier.ts";

/** The error for a database that has no owner tag. */
export function notOurs(name: string, refused: "dropped" | "reset" | "copied" = "dropped"): OffshootError {
  return new OffshootError("NOT_OURS", `The database ${name} has no owner tag of offshoot.`, {
    meaning: `It may belong to someone else, so it was not ${refused}.`,
    remedy: `If you do not need it, run \`drop database ${identifier(name)}\` on its server.`,
  });
}
