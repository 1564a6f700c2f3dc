import { resolve } from "node:path";
import { codeOf, OffshootError } from "../errors.ts";
import { stat } from "../file-facts.ts";

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

/**
 * The absolute path of the folder that an option `cwd` names, default the working directory. Throws `USAGE` when it is not a folder:
 * a search for migrations would find none, and an empty database looks like a migrated one.
 */
export async function chosenFolder(given: string | undefined): Promise<string> {
  if (given === undefined) return workingDirectory();
  const folder = resolve(given);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return folder;
  throw new OffshootError("USAGE", `The option cwd names ${folder}, which ${found === undefined ? "does not exist" : "is not a folder"}.`, {
    meaning: "Nothing was created or changed.",
    remedy: "Name the folder of the project, or leave the option out to use the working directory.",
  });
}
