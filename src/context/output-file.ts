import { writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { codeOf, OffshootError } from "../errors.ts";
import { makeFolders } from "../make-folders.ts";

export interface OutputFileOptions {
  /** The folder that a relative path starts from; default the working directory of the process. */
  readonly cwd?: string | undefined;
  /** Fail when the file already exists. Default false. */
  readonly fresh?: boolean | undefined;
}

const WRITE_FAILURES: Readonly<Record<string, string>> = {
  EEXIST: "it already exists",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
  EACCES: "this user has no permission to write it",
};

/** Writes a file that the user named, and creates the folders above it. Throws `USAGE` when the file cannot be written. */
export async function writeOutputFile(file: string, text: string, { cwd = ".", fresh = false }: OutputFileOptions = {}): Promise<void> {
  const path = resolve(cwd, file);
  try {
    await makeFolders(dirname(path));
    await writeFile(path, text, { flag: fresh ? "wx" : "w" });
  } catch (thrown) {
    const code = codeOf(thrown);
    throw new OffshootError("USAGE", `Could not write ${relative(resolve(cwd), path) || file}: ${WRITE_FAILURES[code ?? ""] ?? code}.`, {
      remedy: "Give a path at which this user can write a file.",
    });
  }
}
