import { columnsOfRelations } from "./columns.ts";
import type { ContentKind, Contents, ServerFacts } from "./catalog.ts";
import { comments } from "./comments.ts";
import { constraints } from "./constraints.ts";
import { composites, domains, enums, ranges } from "./datatypes.ts";
import { extensions } from "./extensions.ts";
import { json, selectObjects, type ObjectQuery } from "./object-query.ts";
import { defaultPrivileges, grants } from "./grants.ts";
import { indexes } from "./indexes.ts";
import { casts, collations, operators, statistics, textSearchConfigurations } from "./operators.ts";
import { policies } from "./policies.ts";
import { tables, views } from "./relations.ts";
import { foreignServers, publications } from "./replication.ts";
import { routines } from "./routines.ts";
import { schemas } from "./schemas.ts";
import { scope } from "./scope.ts";
import { sequences } from "./sequences.ts";
import { eventTriggers, rules, triggers } from "./triggers.ts";

/** How each kind is found and told. */
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

/** The server is told as an object is, without an id. */
export const SERVER_QUERY: ObjectQuery<ServerFacts> = {
  id: "''",
  properties: {
    version: json("current_setting('server_version_num')::int"),
    major: json("current_setting('server_version_num')::int / 10000"),
    database: "current_database()",
    encoding: "current_setting('server_encoding')",
  },
  from: "",
};

/**
 * What decides how Postgres writes names and constants. An empty search path qualifies every name. JIT would
 * spend seconds on compiling this query.
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
 * The whole catalogue query. The settings go before the statement in one simple-protocol message: Postgres
 * runs such a message as one transaction, so they end with it, also when a pooler gives the next message
 * to another server connection (PostgreSQL documentation, 55.2.2.1).
 */
export function catalogQuery(wanted: readonly string[] | undefined): string {
  const settings = Object.entries(SETTINGS).map(([name, value]) => `set local ${name} = ${value};`);
  const statements = Object.entries(OBJECT_QUERIES).map(([kind, fragment]) => selectObjects(kind, fragment));
  return `${settings.join("\n")}
with ${scope(wanted)},${columnsOfRelations}
${[selectObjects("server", SERVER_QUERY), ...statements].join("\nunion all")}`;
}
