/**
 * The files around the workflows. `read` returns the text of a file by its path in the repository, and undefined when it
 * does not exist, is not a regular file, or is too large.
 */
export interface Repository {
  readonly read: (path: string) => string | undefined;
  /** The names of the folders in a folder. */
  readonly folders?: (path: string) => readonly string[];
}

/** Whether a file is a script of a POSIX shell: by its name, or by its first line. */
export function isShell(file: string, text: string): boolean {
  return /\.(?:sh|bash)$/.test(file) || /^#!.*\b(?:ba|da|z|k)?sh\b/.test(text);
}

/** A script that a command calls. */
export interface CalledScript {
  readonly file: string;
  readonly text: string;
  /** The folder in which it runs. */
  readonly folder: string;
  /** The line of the file where the text would start. */
  readonly line: number;
}
