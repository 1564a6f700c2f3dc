import type { Grant } from "./grants.ts";
import type { Catalog, Contents } from "./catalog.ts";

type InSchemaKind = { [K in keyof Contents]: Contents[K][number] extends { readonly schema: string } ? K : never }[keyof Contents];
type OnTableKind = { [K in keyof Contents]: Contents[K][number] extends { readonly table: string } ? K : never }[keyof Contents];

/** A catalog with its objects grouped by schema and by table. */
export interface Lookup {
  readonly catalog: Catalog;
  readonly inSchema: <K extends InSchemaKind>(kind: K, schema: string) => readonly Contents[K][number][];
  /** The objects that belong to a table or view (or, for constraints, to a domain). */
  readonly onTable: <K extends OnTableKind>(kind: K, schema: string, table: string) => readonly Contents[K][number][];
  /** The comment on the object with one of these identities, such as `table app.users`. */
  readonly commentOn: (identities: readonly string[]) => string | undefined;
  /** The rights on an object of all roles but its owner. */
  readonly rightsOn: (on: Grant["on"], id: string) => readonly string[];
}

/** Makes a lookup. Each list is grouped once, when it is first used. */
export function lookup(catalog: Catalog): Lookup {
  const groups = new Map<string, ReadonlyMap<string, readonly unknown[]>>();
  const grouped = (name: string, kind: keyof Contents, keyOf: (item: never) => string): ReadonlyMap<string, readonly unknown[]> => {
    const known = groups.get(name);
    if (known !== undefined) return known;
    const made = new Map<string, unknown[]>();
    for (const item of catalog[kind]) {
      const key = keyOf(item as never);
      const list = made.get(key);
      if (list === undefined) made.set(key, [item]);
      else list.push(item);
    }
    groups.set(name, made);
    return made;
  };
  let comments: ReadonlyMap<string, string> | undefined;
  let rights: ReadonlyMap<string, readonly string[]> | undefined;
  return {
    catalog,
    commentOn(identities) {
      comments ??= new Map(catalog.comments.map(({ id, text }) => [plainIdentity(id), text]));
      return identities.map((identity) => comments?.get(plainIdentity(identity))).find((text) => text !== undefined);
    },
    rightsOn(on, id) {
      rights ??= new Map(catalog.grants.map((grant) => [grant.id, grant.rights]));
      return rights.get(`${on} ${id}`) ?? [];
    },
    inSchema: <K extends InSchemaKind>(kind: K, schema: string) =>
      (grouped(`schema ${kind}`, kind, (item: { schema: string }) => item.schema).get(schema) ?? []) as Contents[K][number][],
    onTable: <K extends OnTableKind>(kind: K, schema: string, table: string) =>
      (grouped(`table ${kind}`, kind, (item: { schema: string; table: string }) => tableKey(item.schema, item.table)).get(
        tableKey(schema, table),
      ) ?? []) as Contents[K][number][],
  };
}

/** `pg_identify_object` writes argument types without blanks between them, and some with the schema `pg_catalog`. */
function plainIdentity(identity: string): string {
  return identity.replaceAll(", ", ",").replaceAll("pg_catalog.", "");
}

// A name cannot contain a NUL.
function tableKey(schema: string, table: string): string {
  return `${schema}\0${table}`;
}
