import { dirname, relative, resolve } from "node:path";
import { OffshootError } from "../errors.ts";
import { makeFolders } from "../make-folders.ts";
import { writeFailure, writeText } from "../write-file.ts";

export interface OutputFileOptions {
  /** The folder that a relative path starts from; default the working directory of the process. */
  readonly cwd?: string | undefined;
  /** Fail when the file already exists. Default false. */
  readonly fresh?: boolean | undefined;
}

/** Writes a file that the user named, and creates the folders above it. Throws `USAGE` when the file cannot be written. */
export async function writeOutputFile(file: string, text: string, { cwd = ".", fresh = false }: OutputFileOptions = {}): Promise<void> {
  const path = resolve(cwd, file);
  try {
    await makeFolders(dirname(path));
    await writeText(path, text, fresh ? "wx" : "w");
  } catch (thrown) {
    throw new OffshootError("USAGE", `Could not write ${relative(resolve(cwd), path) || file}: ${writeFailure(thrown)}.`, {
      remedy: "Give a path at which this user can write a file.",
    });
  }
}
