import type { ExplainedWait } from "../measure/explain-waits.ts";
import type { TableChange } from "../measure/tables.ts";
import { wordsOf } from "../sql/kinds.ts";

/**
 * Whether nobody waits for anything: the DROP of a table took the lock, and whoever waits for it gets the error that there is no such
 * table. A table that was locked before, such as one that another takes the name of, makes others wait for as long as any other.
 */
export function endsByDrop({ dropped }: Pick<TableChange, "dropped">, blamed: ExplainedWait["blamed"]): boolean {
  return dropped && (blamed === undefined || wordsOf(blamed.part.tokens, 1) === "drop");
}
