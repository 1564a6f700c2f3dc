import type { Index } from "../../catalog/indexes.ts";
import type { Lookup } from "../../catalog/lookup.ts";
import type { ObjectKind } from "../finding.ts";
import type { YamlObject } from "../spec-writer/entry.ts";

/** What findings call a property, where the file has another key for it. */
const KEYS: Readonly<Record<string, string>> = {
  "row security": "rowSecurity",
  "partition key": "partitionBy",
  parents: "inherits",
  minimum: "min",
  maximum: "max",
  "owner column": "ownedBy",
  "included columns": "include",
  condition: "where",
  arguments: "args",
  defaults: "args",
  result: "returns",
  "all tables": "allTables",
  "via root": "viaRoot",
};

/** The key of the file for a property that a finding names. */
export function keyOfProperty(property: string): string {
  return KEYS[property] ?? property;
}

/** How the file says what an "exactly" entry leaves out. */
export const DEFAULTS: YamlObject = {
  nullable: true,
  default: null,
  identity: null,
  generated: null,
  collation: null,
  kind: "table",
  persistence: "permanent",
  rowSecurity: "off",
  partitionBy: null,
  inherits: [],
  bound: null,
  options: [],
  fires: "origin",
  permissive: true,
  roles: ["public"],
  using: null,
  check: null,
  volatility: "volatile",
  security: "invoker",
  strict: false,
  parallel: "unsafe",
  settings: [],
  type: "bigint",
  start: 1,
  increment: 1,
  min: 1,
  cache: 1,
  cycle: false,
  ownedBy: null,
  comment: null,
  grants: {},
  allTables: false,
  viaRoot: false,
  tables: [],
  schemas: [],
  tags: [],
};

/** The key that a single value, in place of a mapping, stands for. */
export const SHORT_FORM_KEYS: Readonly<Partial<Record<ObjectKind, string>>> = {
  column: "type",
  domain: "type",
  range: "subtype",
  enum: "labels",
  extension: "version",
};

/** The parts of an index, for entries that name parts in place of the whole statement. */
export function partsOfIndex({ inSchema }: Lookup, schema: string, name: string): YamlObject {
  const index = inSchema("indexes", schema).find((one: Index) => one.name === name);
  if (index === undefined) return {};
  const { keys, include = [], unique = false, method, predicate = null } = index;
  return { columns: keys, include, unique, method, where: predicate };
}
