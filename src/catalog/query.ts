import { columnsOfRelations } from "./columns.ts";
import type { ContentKind, Contents, ServerFacts } from "./catalog.ts";
import { comments } from "./comments.ts";
import { constraints } from "./constraints.ts";
import { composites, domains, enums, ranges } from "./datatypes.ts";
import { json, selectObjects, type ObjectQuery } from "./object-query.ts";
import { defaultPrivileges, grants } from "./grants.ts";
import { indexes } from "./indexes.ts";
import { casts, collations, operators, statistics, textSearchConfigurations } from "./operators.ts";
import { operatorClasses, operatorFamilies } from "./operator-classes.ts";
import { policies } from "./policies.ts";
import { tables, views } from "./relations.ts";
import { foreignServers, publications } from "./replication.ts";
import { routines } from "./routines.ts";
import { extensions, schemas } from "./schemas.ts";
import { scope } from "./scope.ts";
import { sequences } from "./sequences.ts";
import { eventTriggers, rules, triggers } from "./triggers.ts";

/** How to select each kind of object. */
export const OBJECT_QUERIES: { readonly [K in ContentKind]: ObjectQuery<Contents[K][number]> } = {
  schemas,
  extensions,
  tables,
  views,
  constraints,
  indexes,
  sequences,
  routines,
  triggers,
  rules,
  policies,
  enums,
  domains,
  composites,
  ranges,
  collations,
  operators,
  operatorFamilies,
  operatorClasses,
  casts,
  textSearchConfigurations,
  statistics,
  eventTriggers,
  publications,
  foreignServers,
  grants,
  defaultPrivileges,
  comments,
};

/** The server is selected like an object, without an id. */
export const SERVER_QUERY: ObjectQuery<ServerFacts> = {
  id: "''",
  properties: {
    version: json("pg_catalog.current_setting('server_version_num')::int"),
    major: json("pg_catalog.current_setting('server_version_num')::int / 10000"),
    database: "pg_catalog.current_database()",
    encoding: "pg_catalog.current_setting('server_encoding')",
  },
  from: "",
};

/**
 * The settings that change how Postgres writes names and constants. With an empty search path, it writes the schema of every
 * name. JIT is off because its compilation of this query would take seconds.
 */
const SETTINGS = {
  transaction_read_only: "on",
  search_path: "''",
  jit: "off",
  timezone: "'UTC'",
  datestyle: "'ISO, YMD'",
  intervalstyle: "'postgres'",
  bytea_output: "'hex'",
  extra_float_digits: "1",
  quote_all_identifiers: "off",
};

/**
 * The query for the whole catalog. The settings and the statement are one message of the simple protocol. Postgres runs such a
 * message as one transaction, so the settings end with it. This is also true when a pooler sends the next message over another
 * connection to the server (PostgreSQL documentation, 55.2.2.1).
 */
export function catalogQuery(schemaNames: readonly string[] | undefined): string {
  const settings = Object.entries(SETTINGS).map(([name, value]) => `set local ${name} = ${value};`);
  const statements = Object.entries(OBJECT_QUERIES).map(([kind, query]) => selectObjects(kind, query));
  return `${settings.join("\n")}
with ${scope(schemaNames)},${columnsOfRelations}
${[selectObjects("server", SERVER_QUERY), ...statements].join("\nunion all")}`;
}
