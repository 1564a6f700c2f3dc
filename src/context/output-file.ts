import { mkdir, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { codeOf, OffshootError } from "../errors.ts";

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
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: fresh ? "wx" : "w" });
  } catch (thrown) {
    throw new OffshootError("USAGE", `Could not write ${relative(resolve(cwd), path) || file}: ${codeOf(thrown)}.`, {
      remedy: "Give a path at which this user can write a file.",
    });
  }
}
