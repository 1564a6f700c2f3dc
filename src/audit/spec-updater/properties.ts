import type { Index } from "../../catalog/indexes.ts";
import type { Lookup } from "../../catalog/lookup.ts";
import type { ObjectKind } from "../finding.ts";
import type { YamlObject } from "../spec-writer/entry.ts";

/** The keys in the file of properties that have another name in findings. */
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

/** The key in the file for the property of a finding. */
export function keyOfProperty(property: string): string {
  return KEYS[property] ?? property;
}

/** The default value of each property. An "exactly" entry leaves it out. */
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

/** The key of the value in the short form of an entry. */
export const SHORT_FORM_KEYS: Readonly<Partial<Record<ObjectKind, string>>> = {
  column: "type",
  domain: "type",
  range: "subtype",
  enum: "labels",
  extension: "version",
};

/** The parts of an index, for entries that list parts instead of the complete statement. */
export function partsOfIndex({ inSchema }: Lookup, schema: string, name: string): YamlObject {
  const index = inSchema("indexes", schema).find((one: Index) => one.name === name);
  if (index === undefined) return {};
  const { keys, include = [], unique = false, method, predicate = null } = index;
  return { columns: keys, include, unique, method, where: predicate };
}
