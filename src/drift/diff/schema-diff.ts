import type { SchemaChange } from "./schema-change.ts";

/** What migrations change in a schema. It is printed as JSON in this form. */
export interface SchemaDiff {
  readonly version: 1;
  readonly command: "diff";
  /** Descriptions of the two schemas, without secrets. */
  readonly before: string;
  readonly after: string;
  /** Sorted by object. Empty: the schemas are equal. */
  readonly changes: readonly SchemaChange[];
  /** Limits of the comparison, in sentences. */
  readonly warnings: readonly string[];
}

/** The order in which reports have the changes: what is lost comes first. */
export const SORTS = ["removed", "changed", "added"] as const satisfies readonly SchemaChange["change"][];

/** `2 added, 1 removed`; `no changes`. */
export function describeSchemaChanges(changes: readonly SchemaChange[]): string {
  const counts = (["added", "changed", "removed"] as const).map((sort) => [sort, changes.filter(({ change }) => change === sort).length]);
  const texts = counts.filter(([, count]) => count !== 0).map(([sort, count]) => `${count} ${sort}`);
  return texts.length === 0 ? "no changes" : texts.join(", ");
}

/** Whether an object of the same kind was both removed and added, as for a rename. */
export function canBeRename(changes: readonly SchemaChange[]): boolean {
  const removed = new Set(changes.filter(({ change }) => change === "removed").map(({ kind }) => kind));
  return changes.some(({ change, kind }) => change === "added" && removed.has(kind));
}

export const RENAME_NOTE = "A renamed object is shown as removed and added.";
