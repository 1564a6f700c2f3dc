import type { Session } from "../../../postgres/session.ts";
import { identifier, literal } from "../../../postgres/identifier.ts";

/** A publication of all tables, which only a superuser can create. The dump has the others. */
export interface Publication {
  readonly name: string;
  /** Such as `insert`. */
  readonly publishes: readonly string[];
  readonly isViaRoot: boolean;
}

const KINDS = ["insert", "update", "delete", "truncate"];

export async function readPublications(session: Session): Promise<readonly Publication[]> {
  return session.query<Publication & Record<string, unknown>>(
    `select pubname::pg_catalog.text as name, pubviaroot as "isViaRoot", pg_catalog.array_remove(array[case when pubinsert then 'insert' end,
       case when pubupdate then 'update' end, case when pubdelete then 'delete' end, case when pubtruncate then 'truncate' end], null) as publishes
     from pg_catalog.pg_publication where puballtables order by 1 limit 100`,
  );
}

/** Nobody subscribes to them in a copy. With them, the same statements fail as in the original. */
export function publicationStatements(publications: readonly Publication[]): readonly string[] {
  return publications.map(({ name, publishes, isViaRoot }) => {
    const kinds = publishes.filter((each) => KINDS.includes(each)).join(", ");
    return `create publication ${identifier(name)} for all tables with (publish = ${literal(kinds)}, publish_via_partition_root = ${isViaRoot})`;
  });
}
