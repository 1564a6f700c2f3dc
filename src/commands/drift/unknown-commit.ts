import { OffshootError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";

/** The error for a commit that git does not know. `names`: the branches and tags of the checkout. */
export function unknownCommit(ref: string, flag: string, names: readonly string[]): OffshootError {
  const near = nearest(ref, names);
  const meant = near === undefined ? "" : ` Did you mean ${near}?`;
  return new OffshootError("USAGE", `${flag} migrations@${ref}: git does not know the commit ${ref} in this checkout.${meant}`, {
    meaning: "A checkout in a CI often has only its newest commit.",
    remedy:
      near === undefined
        ? "Fetch the commit first. On GitHub, set `fetch-depth: 0` for actions/checkout."
        : `Write migrations@${near}. Or fetch the commit first: on GitHub, set \`fetch-depth: 0\` for actions/checkout.`,
  });
}
