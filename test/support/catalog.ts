import type { Catalog, Contents } from "../../src/catalog/catalog.ts";
import type { Column } from "../../src/catalog/columns.ts";
import type { Constraint } from "../../src/catalog/constraints.ts";
import type { Index } from "../../src/catalog/indexes.ts";
import type { Table } from "../../src/catalog/relations.ts";
import type { Argument, Routine } from "../../src/catalog/routines.ts";
import { path } from "../../src/catalog/quote.ts";

/** A catalog with these contents and their schemas. */
export function catalogOf(contents: Partial<Contents>): Catalog {
  const none: readonly never[] = [];
  const names = new Set(
    Object.values(contents)
      .flat()
      .flatMap((item) => ("schema" in item ? [item.schema] : [])),
  );
  return {
    server: { version: 180004, major: 18, database: "db", encoding: "UTF8" },
    schemas: [...names].toSorted().map((name) => ({ id: path(name), name, owner: "owner" })),
    extensions: none,
    tables: none,
    views: none,
    constraints: none,
    indexes: none,
    sequences: none,
    routines: none,
    triggers: none,
    rules: none,
    policies: none,
    enums: none,
    domains: none,
    composites: none,
    ranges: none,
    collations: none,
    operators: none,
    casts: none,
    operatorFamilies: none,
    operatorClasses: none,
    textSearchConfigurations: none,
    statistics: none,
    eventTriggers: none,
    publications: none,
    foreignServers: none,
    grants: none,
    defaultPrivileges: none,
    comments: none,
    ...contents,
  };
}

/** A table with these columns: `table("app.users", { id: "bigint", note: { type: "text", nullable: false } })`. */
export function table(id: string, columns: Readonly<Record<string, string | Partial<Column>>>, more: Partial<Table> = {}): Table {
  const [schema = "", name = ""] = id.split(".");
  return {
    id,
    schema,
    name,
    kind: "table",
    owner: "owner",
    persistence: "permanent",
    rowSecurity: "off",
    columns: Object.entries(columns).map(([column, definition]) => ({
      name: column,
      type: "text",
      nullable: true,
      ...(typeof definition === "string" ? { type: definition } : definition),
    })),
    ...more,
  };
}

export function index(id: string, on: string, more: Partial<Index> = {}): Index {
  const [schema = "", name = ""] = id.split(".");
  const keys = more.keys ?? ["id"];
  const definition = `CREATE INDEX ${name} ON ${schema}.${on} USING btree (${keys.join(", ")})`;
  return { id, schema, name, table: on, definition, method: "btree", keys, valid: true, ...more };
}

export function constraint(id: string, definition: string, more: Partial<Constraint> = {}): Constraint {
  const [schema = "", on = "", name = ""] = id.split(".");
  return { id, schema, table: on, name, of: "table", type: "check", definition, validated: true, ...more };
}

const CATEGORIES: Readonly<Record<string, string>> = { text: "S", boolean: "B", uuid: "U", date: "D", "integer[]": "A" };

/** A function with these arguments: `routine("app.f", "a bigint", "b text = null")`: each text has a name, a type, and a default after `=`. */
export function routine(id: string, ...list: readonly string[]): Routine {
  const [schema = "", name = ""] = id.split(".");
  const args = list.map((text): Argument => {
    const [declared = "", initial] = text.split(" = ");
    const [word = "", type = word] = declared.replace(/^variadic /, "").split(" ");
    return {
      ...(type === word ? {} : { name: word }),
      mode: declared.startsWith("variadic ") ? "variadic" : "in",
      type,
      ...(initial === undefined ? {} : { default: initial }),
      category: CATEGORIES[type] ?? "N",
      ...(type === "text" || type === "boolean" ? { preferred: true as const } : {}),
    };
  });
  const signature = `(${args.map(({ type }) => type).join(", ")})`;
  return {
    id: `${id}${signature}`,
    schema,
    name,
    signature,
    kind: "function",
    owner: "owner",
    arguments: args,
    result: "integer",
    language: "sql",
    volatility: "volatile",
    security: "invoker",
    strict: false,
    parallel: "unsafe",
    cost: 100,
    rows: 0,
    body: "0".repeat(64),
  };
}
