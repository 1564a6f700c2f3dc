import type { Blamed } from "../measure/blame.ts";
import type { Holding } from "../measure/holding.ts";
import type { StatementPart } from "../measure/parts.ts";
import type { TableChange } from "../measure/tables.ts";
import { wordsOf } from "../sql/kinds.ts";

type Dropped = Pick<TableChange, "dropped" | "replaced">;

/**
 * Whether a wait is only that of a DROP: it took the lock, nothing else held it, and whoever waits gets the error that there is no
 * such table. If the name exists again afterwards, readers wait and continue with the new table. If other statements of the
 * transaction held the lock, a transaction of its own makes the wait shorter. A table that was locked before, such as one that another
 * takes the name of, makes others wait for as long as any other. Pure.
 */
export function endsByDrop({ dropped, replaced }: Dropped, blamed: Blamed | undefined, holding: Holding): boolean {
  if (!dropped || replaced) return false;
  return blamed === undefined || (isDrop(blamed.part) && !isHeldByOthers(holding));
}

/** What to do where a table or a view is dropped before another one gets its name. Undefined for any other wait. Pure. */
export function adviseToReplace({ dropped, replaced }: Dropped, blamed: Blamed | undefined): string | undefined {
  if (!dropped || !replaced || blamed === undefined || !isDrop(blamed.part)) return undefined;
  return "Build the new one under another name first, with its indexes. Then drop the old one and rename the new one, in a short transaction of their own.";
}

function isHeldByOthers({ later, further, isIdle, sameMessage }: Holding): boolean {
  const parts = [...sameMessage, ...later.flatMap((each) => each.parts), ...(further?.statements ?? []).flatMap((each) => each.parts)];
  return isIdle || parts.some((part) => !isDrop(part) && part.kind !== "transaction" && part.kind !== "set");
}

function isDrop({ tokens }: StatementPart): boolean {
  return wordsOf(tokens, 1) === "drop";
}
