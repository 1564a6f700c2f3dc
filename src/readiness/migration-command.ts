/**
 * The migration command: a line for the shell, or a program with its arguments, for which no shell is used. `shown`: what users
 * type, where the line contains what is only for programs.
 */
export type MigrationCommand =
  | { readonly kind: "shell"; readonly text: string; readonly shown?: string | undefined }
  | { readonly kind: "argv"; readonly argv: readonly string[] };

/** The command as people read it. */
export function describeCommand(command: MigrationCommand): string {
  return command.kind === "shell" ? (command.shown ?? command.text) : command.argv.join(" ");
}
