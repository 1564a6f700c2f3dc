import { mkdir, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { codeOf, OffshootError } from "../errors.ts";

export interface SaveOptions {
  /** What a relative path is meant from; default the process's folder. */
  readonly cwd?: string | undefined;
  /** The file must not be there yet. Default false. */
  readonly fresh?: boolean | undefined;
}

/** Writes a file that a person named, and makes the folders above it. Throws `USAGE` where that can't be done. */
export async function writeOutputFile(file: string, text: string, { cwd = ".", fresh = false }: SaveOptions = {}): Promise<void> {
  const path = resolve(cwd, file);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: fresh ? "wx" : "w" });
  } catch (thrown) {
    throw new OffshootError("USAGE", `Could not write ${relative(resolve(cwd), path) || file}: ${codeOf(thrown)}.`, {
      remedy: "Name a file that this user may write.",
    });
  }
}
