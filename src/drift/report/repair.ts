/** What a repair is told in, beside its script. */
export interface ToldRepair {
  readonly sql: string | undefined;
  readonly steps: number;
  readonly commentedOut: number;
  readonly provedOn: string | undefined;
  readonly unrepaired: readonly { readonly kind: string; readonly object: string; readonly reason: string }[];
}

/** The lines that tell people what the script is worth, and what it leaves alone. */
export function repairLines({ sql, steps, commentedOut, provedOn, unrepaired }: ToldRepair, file: string): readonly string[] {
  const left = unrepaired.map(({ kind, object, reason }) => `  left alone  ${kind} ${object}: ${reason}`);
  if (sql === undefined) {
    const why =
      commentedOut === 0
        ? "none could be proved"
        : `all of it may lose data (${count(commentedOut)}); --allow-destructive proves and writes it`;
    return [`No repair is offered, and no file written: ${why}.`, ...left];
  }
  const where = file === "-" ? "" : `  ${file}`;
  const held = commentedOut === 0 ? "" : `; ${commentedOut} more would lose data and ${commentedOut === 1 ? "is" : "are"} commented out`;
  return [`repair${where}: ${count(steps)}, run twice on ${provedOn}${held}`, ...left];
}

function count(statements: number): string {
  return statements === 1 ? "1 statement" : `${statements} statements`;
}
