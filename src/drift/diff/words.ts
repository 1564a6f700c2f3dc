import type { PropertyChange, SchemaChange } from "./schema-change.ts";

/** One change in words: what it is about, and what happened to it. */
export interface Words {
  readonly kind: string;
  readonly object: string;
  /** Such as `text not null`, or for a changed object `type: int → bigint`. Code, except for the words of `plain`. */
  readonly parts: readonly Part[];
}

/** A part of a sentence: words, and the SQL in it. */
export type Part = { readonly words: string } | { readonly sql: string };

/** Longer definitions, such as those of views, are left out: both are in the migrations. */
const LONGEST = 160;

export function inWords({ kind, object, detail, properties, change }: SchemaChange): Words {
  const isShort = detail !== "" && detail.length <= LONGEST;
  if (change !== "changed") return { kind, object, parts: isShort ? [{ sql: detail }] : [] };
  const parts = properties.map(propertyInWords).flatMap((each, at) => (at === 0 ? each : [{ words: "; " }, ...each]));
  return { kind, object, parts };
}

function propertyInWords({ property, before, after }: PropertyChange): readonly Part[] {
  if (property === "nullable") return [{ words: after === "no" ? "does not accept NULL any more" : "accepts NULL now" }];
  if (property === "body" || property === "definition" || property === "text") return longText(property, before, after);
  if (before === undefined && after === undefined) return [{ words: `${property} changed` }];
  if (before === undefined) return isShown(after) ? [{ words: `${property} added: ` }, { sql: after }] : [{ words: `${property} added` }];
  if (after === undefined)
    return isShown(before) ? [{ words: `${property} removed: ` }, { sql: before }] : [{ words: `${property} removed` }];
  if (!isShown(before) || !isShown(after)) return [{ words: `${property} changed` }];
  if (after === "yes" || after === "no") return [{ words: `${property}: ${after}` }];
  return [{ words: `${property}: ` }, { sql: before }, { words: " → " }, { sql: after }];
}

/** The definition of an index or a constraint is short enough to be shown. */
function longText(property: string, before: string | undefined, after: string | undefined): readonly Part[] {
  if (property !== "definition" || !isShown(before) || !isShown(after)) return [{ words: `${property} changed` }];
  return [{ words: "definition: " }, { sql: before }, { words: " → " }, { sql: after }];
}

function isShown(text: string | undefined): text is string {
  return text !== undefined && text !== "" && text.length <= LONGEST;
}
