import { path } from "../../../src/catalog/quote.ts";
import { type Draw, different, extra, type MutationKind, type MutationKinds, missing, type Mutation } from "../mutation.ts";
import { plainTables, SECOND_ROLE } from "./tables.ts";

/** One more right: a new grant, or a new entry in the list of an object. */
function granted({ catalog }: Draw, id: string, sql: string): Mutation {
  return catalog.grants.some((grant) => grant.id === id) ? different("grant", id, "rights", sql) : extra("grant", id, sql);
}

function revoked({ catalog }: Draw, id: string, sql: string): Mutation {
  const more = (catalog.grants.find((grant) => grant.id === id)?.rights.length ?? 0) > 1;
  return more ? different("grant", id, "rights", sql) : missing("grant", id, sql);
}

/** An existing comment is changed or removed; a new one is extra. */
function commented(kind: string, word: string, target: (draw: Draw) => readonly [identity: string, sql: string]): MutationKind {
  return (draw) => {
    const [identity, on] = target(draw);
    const id = `${kind} ${identity}`;
    const there = draw.catalog.comments.some((comment) => comment.id === id);
    const text = draw.one(there ? ["null", "'another'"] : ["'it''s new'"]);
    const sql = `comment on ${word} ${on} is ${text}`;
    if (!there) return extra("comment", id, sql);
    return text === "null" ? missing("comment", id, sql) : different("comment", id, "text", sql);
  };
}

const same = (id: string): readonly [string, string] => [id, id];

export const RIGHT_KINDS: MutationKinds = {
  "grant on a table": (draw) => {
    const { id } = draw.one(plainTables(draw));
    const words = draw.one(["insert", "update", "delete", "truncate", "references", "trigger"]);
    return granted(draw, `relation ${id}`, `grant ${words} on ${id} to ${SECOND_ROLE}${draw.one(["", " with grant option"])}`);
  },
  "grant on a view": (draw) => {
    const { id } = draw.one(draw.catalog.views);
    return granted(draw, `relation ${id}`, `grant insert on ${id} to public`);
  },
  "grant on a sequence": (draw) => {
    const id = draw.one(["app.ticket_number", "billing.note_number"]);
    return granted(draw, `relation ${id}`, `grant usage on sequence ${id} to ${SECOND_ROLE}`);
  },
  "grant on a column": (draw) => {
    const table = draw.one(plainTables(draw));
    const column = path(draw.one(table.columns).name);
    return granted(draw, `column ${table.id}.${column}`, `grant references (${column}) on ${table.id} to ${SECOND_ROLE}`);
  },
  "grant on a schema": (draw) => {
    const { id } = draw.one(draw.catalog.schemas);
    return granted(draw, `schema ${id}`, `grant ${draw.one(["usage", "create"])} on schema ${id} to ${SECOND_ROLE} with grant option`);
  },
  "grant on a routine": (draw) => {
    const { id } = draw.one(draw.catalog.routines);
    return granted(draw, `routine ${id}`, `grant execute on routine ${id} to ${SECOND_ROLE}`);
  },
  "grant on a type": (draw) => {
    const { id } = draw.one(draw.catalog.enums);
    return granted(draw, `type ${id}`, `grant usage on type ${id} to ${SECOND_ROLE}`);
  },
  "grant on a table missing": (draw) => revoked(draw, "relation app.users", "revoke select on app.users from public"),
  "grant on a column missing": (draw) => revoked(draw, "column app.users.name", "revoke update (name) on app.users from public"),
  "grant on a schema missing": (draw) => revoked(draw, "schema app", "revoke usage on schema app from public"),
  "grant on a routine missing": (draw) => {
    const { id } = draw.one(draw.catalog.routines.filter(({ name }) => name !== "touch"));
    return revoked(draw, `routine ${id}`, `revoke execute on routine ${id} from public`);
  },
  "grant on a type missing": (draw) => {
    const { id } = draw.one(draw.catalog.enums);
    return revoked(draw, `type ${id}`, `revoke usage on type ${id} from public`);
  },
  "default privilege extra": (draw) => {
    const [words, objects] = draw.one([
      ["select on sequences", "sequences"],
      ["execute on functions", "functions"],
      ["usage on types", "types"],
    ] as const);
    const sql = `alter default privileges for role diverse_owner in schema billing grant ${words} to ${SECOND_ROLE}`;
    return extra("default privilege", `the owner in billing for ${objects}`, sql);
  },
  "default privilege of every schema extra": () =>
    extra(
      "default privilege",
      "the owner in every schema for functions",
      "alter default privileges for role diverse_owner revoke execute on functions from public",
    ),
  "default privilege missing": () =>
    missing(
      "default privilege",
      "the owner in app for tables",
      "alter default privileges for role diverse_owner in schema app revoke select on tables from public",
    ),
  "default privilege rights": () =>
    different(
      "default privilege",
      "the owner in app for tables",
      "rights",
      `alter default privileges for role diverse_owner in schema app grant insert on tables to ${SECOND_ROLE}`,
    ),
  "comment on a schema": commented("schema", "schema", (draw) =>
    same(draw.one(draw.catalog.schemas.filter(({ name }) => name !== "public")).id),
  ),
  "comment on a table": commented("table", "table", (draw) => same(draw.one(plainTables(draw)).id)),
  "comment on a column": commented("table column", "column", (draw) => {
    const table = draw.one(plainTables(draw));
    return same(`${table.id}.${path(draw.one(table.columns).name)}`);
  }),
  "comment on a view": commented("view", "view", (draw) =>
    same(draw.one(draw.catalog.views.filter(({ materialized }) => !materialized)).id),
  ),
  "comment on a materialized view": commented("materialized view", "materialized view", () => same("billing.totals")),
  "comment on an index": commented("index", "index", (draw) =>
    same(draw.one(draw.catalog.indexes.filter(({ parent }) => parent === undefined)).id),
  ),
  "comment on a sequence": commented("sequence", "sequence", () => same("billing.note_number")),
  "comment on a function": commented("function", "function", (draw) =>
    same(draw.one(["app.total(bigint)", "billing.with_tax(integer)", "app.touch()"])),
  ),
  "comment on a procedure": commented("procedure", "procedure", () => same("app.archive(integer)")),
  "comment on an aggregate": commented("aggregate", "aggregate", () => same("app.product(integer)")),
  "comment on a type": commented("type", "type", (draw) =>
    same(draw.one(["app.visibility", "app.mood", "app.address", "app.price_range"])),
  ),
  "comment on a domain": commented("type", "domain", () => same("app.positive")),
  "comment on a constraint": commented("table constraint", "constraint", (draw) =>
    same(draw.one(["users_age_check on app.users", "notes_title_check on app.notes"])),
  ),
  "comment on a domain's constraint": commented("domain constraint", "constraint", () => [
    "positive_check on app.positive",
    "positive_check on domain app.positive",
  ]),
  "comment on a trigger": commented("trigger", "trigger", (draw) => same(draw.one(["touch on app.users", "check_note on app.notes"]))),
  "comment on a policy": commented("policy", "policy", (draw) => same(draw.one(["visible on app.notes", "own_row on app.users"]))),
  "comment on a rule": commented("rule", "rule", () => same("no_delete on app.cache")),
  "comment on an event trigger": commented("event trigger", "event trigger", () => same("watch_ddl")),
  "comment on a publication": commented("publication", "publication", () => same("news")),
  "comment on a statistics object": commented("statistics object", "statistics", () => same("app.users_stats")),
  "comment on a collation": commented("collation", "collation", () => same("app.german")),
  "comment on a foreign table": commented("foreign table", "foreign table", () => same("app.remote")),
  "comment on a foreign server": commented("server", "server", () => same("far")),
};
