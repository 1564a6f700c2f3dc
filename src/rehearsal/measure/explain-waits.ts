import type { Wait } from "../observe/blocking.ts";
import type { Relation } from "../observe/relations.ts";
import { type Blamed, blameForWait } from "./blame.ts";
import type { StatementPart } from "./parts.ts";
import type { ReadStatement } from "./statements.ts";

/** A wait, and the statement whose lock it was. */
export interface ExplainedWait {
  readonly wait: Wait;
  readonly blamed: Blamed | undefined;
}

/** More waits of one table are not explained: each needs a search in all statements. */
const MOST_WAITS = 20;

/** The statements of the waits of one table, each with its longest wait, the longest first. Pure. */
export function explainWaits(
  waits: readonly Wait[] = [],
  statements: readonly ReadStatement[],
  relations: readonly Relation[],
): readonly ExplainedWait[] {
  const found = new Map<StatementPart | undefined, ExplainedWait>();
  for (const wait of waits.slice(0, MOST_WAITS)) {
    const blamed = blameForWait(wait, statements, relations);
    if (!found.has(blamed?.part)) found.set(blamed?.part, { wait, blamed });
  }
  return [...found.values()];
}
