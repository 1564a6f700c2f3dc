import { type Change, type ChangedKind, inOneLine } from "../change.ts";
import { redactChanges } from "../redact.ts";
import type { SchemaChange } from "./schema-change.ts";
import { inWords } from "./words.ts";

const SORTS = { missing: "added", different: "changed", extra: "removed" } as const satisfies Record<
  Change["change"],
  SchemaChange["change"]
>;

/**
 * The changes from one schema to another, from a comparison that expects the later one. Without what a report must not show:
 * connection parameters, and the texts of functions, comments, views and rules.
 */
export function schemaChanges(changes: readonly Change[]): readonly SchemaChange[] {
  return redactChanges(changes).map(({ change, kind, object, detail, differences }) => {
    const properties = differences.map(({ property, expected, actual }) => ({
      property,
      before: isText(kind, property) ? undefined : shown(actual),
      after: isText(kind, property) ? undefined : shown(expected),
    }));
    const described = {
      change: SORTS[change],
      kind,
      object,
      // The detail of a view has its columns only.
      detail: kind === "comment" || kind === "rule" ? "" : detail,
      properties,
    };
    // The detail of a comparison has both texts, and says "expected" and "found".
    return change === "different" ? { ...described, detail: detailOf(described) } : described;
  });
}

/** Objects that consist of a text: a query or code with any constants in it, or what somebody wrote for people. */
const TEXTS: ReadonlySet<ChangedKind> = new Set(["comment", "view", "materialized view", "rule"]);

function isText(kind: ChangedKind, property: string): boolean {
  return TEXTS.has(kind) && ["definition", "text"].includes(property);
}

function detailOf(change: SchemaChange): string {
  return inWords(change)
    .parts.map((part) => ("sql" in part ? part.sql : part.words))
    .join("");
}

function shown(value: string | undefined): string | undefined {
  return value === undefined ? undefined : inOneLine(value);
}
