import { ownRoutine, signatureOf } from "../catalog/routines.ts";
import { scope } from "../catalog/scope.ts";
import { literal } from "../postgres/identifier.ts";
import type { Session } from "../postgres/connect.ts";
import type { Change } from "./change.ts";

/** The kinds for which the catalog has only a hash of the body, because the texts would be most of what it reads. */
const HASHED: readonly Change["kind"][] = ["function", "procedure", "window function"];

/** In characters. The body of a longer function is compared by its hash, and not shown: a report of such a text helps nobody. */
const LONGEST_TEXT = 1_000_000;

/** The functions whose text a report shows. */
export function changedFunctions(changes: readonly Change[]): readonly string[] {
  return changes.filter(({ kind }) => HASHED.includes(kind)).map(({ object }) => object);
}

/** The complete statement of each of these functions that exists, by id. Read only. Throws the server's error. */
export async function readFunctionTexts(session: Session, objects: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (objects.length === 0) return new Map();
  const rows = await session.query<{ id: string; definition: string }>(definitions(objects));
  return new Map(rows.map(({ id, definition }) => [id, definition.replaceAll("\r", "").trimEnd()]));
}

/** Adds the texts of the functions to the changes. */
export function withFunctionTexts(
  changes: readonly Change[],
  expected: ReadonlyMap<string, string>,
  actual: ReadonlyMap<string, string>,
): readonly Change[] {
  return changes.map((change) => {
    if (!HASHED.includes(change.kind)) return change;
    const definition = { expected: expected.get(change.object), actual: actual.get(change.object) };
    return definition.expected === undefined && definition.actual === undefined ? change : { ...change, definition };
  });
}

/** With an empty search path, Postgres writes every name with its schema, as in the catalog. */
function definitions(objects: readonly string[]): string {
  return `set local transaction_read_only = on; set local search_path = '';
with ${scope(undefined)}, routine as (
  select p.oid, p.prokind, p.prosrc, pg_catalog.format('%I.%I%s', n.nspname, p.proname, ${signatureOf("p")}) as id
  from pg_catalog.pg_proc p join ns n on n.oid = p.pronamespace where ${ownRoutine}
)
select id, pg_catalog.pg_get_functiondef(oid) as definition from routine
where prokind <> 'a' and pg_catalog.length(prosrc) <= ${LONGEST_TEXT} and id = any(array[${objects.map(literal).join(", ")}])`;
}
