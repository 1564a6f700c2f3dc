import { codeOf, OffshootError } from "../errors.ts";

/** The working directory of this process. Throws `USAGE` when it was deleted, or when this user cannot read it. */
export function workingDirectory(read: () => string = () => process.cwd()): string {
  try {
    return read();
  } catch (thrown) {
    if (codeOf(thrown) !== "ENOENT" && codeOf(thrown) !== "EACCES") throw thrown;
    throw new OffshootError("USAGE", "The working directory of this process was deleted, or it cannot be read.", {
      meaning: "Nothing was created or changed.",
      remedy: "Change to a folder that exists, and run the command again.",
      cause: thrown,
    });
  }
}
