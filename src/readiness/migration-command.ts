/** The migration command: a line for the shell, or a program with its arguments, for which no shell is used. */
export type MigrationCommand =
  | { readonly kind: "shell"; readonly text: string }
  | { readonly kind: "argv"; readonly argv: readonly string[] };

/** The command as people read it. */
export function describeCommand(command: MigrationCommand): string {
  return command.kind === "shell" ? command.text : command.argv.join(" ");
}
