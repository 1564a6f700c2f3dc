import { MOMENT_MS } from "../limits.ts";
import type { Wait } from "../observe/blocking.ts";
import type { Relation } from "../observe/relations.ts";
import { type BlameContext, type Blamed, blameForWait } from "./blame.ts";
import type { StatementPart } from "./parts.ts";
import type { ReadStatement } from "./statements.ts";

/** A wait, and the statement whose lock it was. */
export interface ExplainedWait {
  readonly wait: Wait;
  readonly blamed: Blamed | undefined;
}

/** Waits of a table that are always explained. All others are too, if they are long enough for a finding. */
const ALWAYS = 20;
/** More waits of one table are not explained: each needs a search in all statements. The report says how many. */
const MOST_WAITS = 2000;

/** The statements of the waits of one table, each with its longest wait, the longest first. Pure. */
export function explainWaits(
  waits: readonly Wait[] = [],
  statements: readonly ReadStatement[],
  relations: readonly Relation[],
  context?: BlameContext,
): readonly ExplainedWait[] {
  const found = new Map<StatementPart | undefined, ExplainedWait>();
  for (const wait of worthExplaining(waits).slice(0, MOST_WAITS)) {
    const blamed = blameForWait(wait, statements, relations, context);
    if (!found.has(blamed?.part)) found.set(blamed?.part, { wait, blamed });
  }
  return [...found.values()];
}

function worthExplaining(waits: readonly Wait[]): readonly Wait[] {
  return waits.filter(({ fromMs, toMs }, at) => at < ALWAYS || toMs - fromMs >= MOMENT_MS);
}

/** A sentence for each table that has more waits than are explained. Pure. */
export function unexplained(shown: string, waits: readonly Wait[] = []): readonly string[] {
  const more = worthExplaining(waits).length - MOST_WAITS;
  return more <= 0
    ? []
    : [`${shown} has so many waits that ${more} of them, the shortest, are not attributed to statements and have no findings.`];
}
