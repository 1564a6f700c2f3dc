/** The parts of a repair that the messages use. */
export interface ReportedRepair {
  readonly sql: string | undefined;
  readonly steps: number;
  readonly commentedOut: number;
  readonly provedOn: string | undefined;
  readonly unrepaired: readonly { readonly kind: string; readonly object: string; readonly reason: string }[];
  readonly possibleRenames?: readonly string[];
  /** The files of a migration, which has no comments for what is left out. */
  readonly files?: readonly unknown[];
}

/** The result of a repair in words, and the changes that it does not repair. */
export function repairLines(
  { sql, steps, commentedOut, provedOn, unrepaired, possibleRenames = [], files }: ReportedRepair,
  file: string,
): readonly string[] {
  const left = [
    ...unrepaired.map(({ kind, object, reason }) => `  not repaired  ${kind} ${object}: ${reason}`),
    ...possibleRenames.map((statement) => `  perhaps renamed; if so, run this first: ${statement}`),
  ];
  if (sql === undefined) {
    const why =
      commentedOut === 0
        ? "no repair passed the test on a copy"
        : `all of it could lose data (${count(commentedOut)}); --allow-destructive tests and writes it`;
    return [`No repair was written: ${why}.`, ...left];
  }
  const where = file === "-" ? "" : `  ${file}`;
  const held =
    commentedOut === 0
      ? ""
      : `; ${commentedOut} more could lose data and ${commentedOut === 1 ? "is" : "are"} ${files === undefined ? "commented" : "left"} out`;
  return [`repair${where}: ${count(steps)}, tested twice on ${provedOn}${held}`, ...left];
}

function count(statements: number): string {
  return statements === 1 ? "1 statement" : `${statements} statements`;
}
