/** What the CLI needs of a process; tests hand in their own. */
export type Host = Pick<NodeJS.Process, "argv" | "env" | "stdout" | "stderr" | "stdin" | "cwd" | "on" | "exit"> & {
  exitCode?: number | string | null | undefined;
};
