import { path } from "../../../src/catalog/quote.ts";
import type { ChangedKind } from "../../../src/drift/change.ts";
import { different, type Draw, extra, type MutationKind, type MutationKinds, missing, spreading } from "../mutation.ts";
import { SECOND_ROLE } from "./tables.ts";

type Routine = Draw["catalog"]["routines"][number];

function altered(
  property: string,
  words: (routine: Routine, draw: Draw) => string,
  fits: (routine: Routine) => boolean = () => true,
): MutationKind {
  return (draw) => {
    const found = draw.one(draw.catalog.routines.filter((each) => (each.kind === "function" || each.kind === "procedure") && fits(each)));
    return different(found.kind, found.id, property, `alter ${found.kind} ${found.id} ${words(found, draw)}`);
  };
}

const isFunction = ({ kind }: Routine): boolean => kind === "function";

/** A complete function in another form. */
function rewritten(kind: ChangedKind, id: string, property: string, ...texts: readonly [string, ...string[]]): MutationKind {
  return (draw) => spreading(different(kind, id, property, draw.one(texts)));
}

export const ROUTINE_KINDS: MutationKinds = {
  "function extra": (draw) => {
    const name = path("billing", draw.newName());
    const [args, signature] = draw.one([
      ["", ""],
      ["a integer, b text default 'x'", "integer, text"],
      ["variadic a numeric[]", "numeric[]"],
      ["a app.mood, out b integer", "app.mood"],
    ] as const);
    return extra(
      "function",
      `${name}(${signature})`,
      `create function ${name}(${args}) ${args.includes("out") ? "" : "returns integer"} language sql as 'select 1'`,
    );
  },
  "function overload extra": (draw) => {
    const type = draw.one(["text", "smallint", "boolean", "jsonb, text"]);
    return extra("function", `app.total(${type})`, `create function app.total(${type}) returns numeric language sql as 'select 1.0'`);
  },
  "function missing": (draw) => {
    const { id } = draw.one(draw.catalog.routines.filter(isFunction));
    return spreading(missing("function", id, `drop function ${id} cascade`));
  },
  "function renamed": (draw) => {
    const { id } = draw.one(draw.catalog.routines.filter(isFunction));
    return spreading(missing("function", id, `alter function ${id} rename to ${draw.newName()}`));
  },
  "function schema": (draw) => {
    const { id } = draw.one(draw.catalog.routines.filter(isFunction));
    return spreading(missing("function", id, `alter function ${id} set schema "Odd Name"`));
  },
  "function owner": (draw) => {
    const { id } = draw.one(draw.catalog.routines.filter(isFunction));
    return spreading(different("function", id, "owner", `alter function ${id} owner to ${SECOND_ROLE}`));
  },
  "function volatility": altered("volatility", ({ volatility }) => (volatility === "volatile" ? "stable" : "volatile"), isFunction),
  "function security": altered("security", ({ security }) => (security === "definer" ? "security invoker" : "security definer")),
  "function strict": altered("strict", ({ strict }) => (strict ? "called on null input" : "strict"), isFunction),
  "function parallel": altered("parallel", ({ parallel }) => (parallel === "safe" ? "parallel restricted" : "parallel safe"), isFunction),
  "function leakproof": altered("leakproof", () => "leakproof", isFunction),
  "function cost": altered("cost", (_, { random }) => `cost ${random.between(1, 40)}`, isFunction),
  "function rows": (draw) => {
    const id = draw.one(["app.listing()", "app.pairs(integer)", "app.notes_of(bigint)"]);
    return different("function", id, "rows", `alter function ${id} rows ${draw.random.between(2, 40)}`);
  },
  "function settings": altered("settings", (_, draw) =>
    draw.one(["set search_path = billing", "set work_mem = '8MB'", "set statement_timeout to 5000"]),
  ),
  "function settings removed": altered(
    "settings",
    () => "reset all",
    ({ settings }) => settings !== undefined,
  ),
  "function body": rewritten(
    "function",
    "app.total(bigint)",
    "body",
    "create or replace function app.total(p_user bigint) returns numeric language sql stable as 'select 2.0'",
    "create or replace function app.total(p_user bigint) returns numeric language sql stable as 'select coalesce(sum(total), 0)  from billing.invoices where user_id = p_user'",
  ),
  "function body of a standard one": rewritten(
    "function",
    "app.add(integer, integer)",
    "body",
    "create or replace function app.add(a integer, b integer default 1) returns integer language sql immutable strict parallel safe return a + b + 0",
  ),
  "function body that a default calls": rewritten(
    "function",
    "app.default_title()",
    "body",
    "create or replace function app.default_title() returns text language sql immutable as $$select 'none'$$",
  ),
  "function argument default": rewritten(
    "function",
    "billing.with_tax(numeric, numeric)",
    "arguments",
    "create or replace function billing.with_tax(p_amount numeric, p_rate numeric default 0.2) returns numeric language plpgsql immutable cost 50 as $$begin return p_amount * (1 + p_rate); end$$",
    "create or replace function billing.with_tax(p_amount numeric default 0, p_rate numeric default 0.19) returns numeric language plpgsql immutable cost 50 as $$begin return p_amount * (1 + p_rate); end$$",
  ),
  "function argument name": rewritten(
    "function",
    "app.is_short(text)",
    "arguments",
    "alter table app.notes drop constraint notes_title_check; drop policy short_only on app.notes; drop function app.is_short; create function app.is_short(words text) returns boolean language sql immutable as 'select length(words) < 100'",
  ),
  "function result": rewritten(
    "function",
    "billing.with_tax(integer)",
    "result",
    "drop function billing.with_tax(integer); create function billing.with_tax(p_amount integer) returns double precision language sql immutable as 'select p_amount * 1.19::float'",
  ),
  "function language": rewritten(
    "function",
    "app.total(bigint)",
    "language",
    "create or replace function app.total(p_user bigint) returns numeric language plpgsql stable as 'begin return 2.0; end'",
  ),
  "procedure extra": (draw) => {
    const name = path("app", draw.newName());
    return extra("procedure", `${name}(integer)`, `create procedure ${name}(a integer) language plpgsql as 'begin end'`);
  },
  "procedure missing": (draw) => {
    const { id } = draw.one(draw.catalog.routines.filter(({ kind }) => kind === "procedure"));
    return missing("procedure", id, `drop procedure ${id}`);
  },
  "procedure body": rewritten(
    "procedure",
    "app.archive(integer)",
    "body",
    "create or replace procedure app.archive(days integer default 30) language plpgsql as $$begin perform days + 1; end$$",
  ),
  "procedure argument default": rewritten(
    "procedure",
    "app.archive(integer)",
    "arguments",
    "create or replace procedure app.archive(days integer default 31) language plpgsql as $$begin perform days; end$$",
    "drop procedure app.archive; create procedure app.archive(days integer) language plpgsql as $$begin perform days; end$$",
  ),
  "procedure owner": (draw) => {
    const { id } = draw.one(draw.catalog.routines.filter(({ kind }) => kind === "procedure"));
    return spreading(different("procedure", id, "owner", `alter procedure ${id} owner to ${SECOND_ROLE}`));
  },
  "aggregate extra": (draw) => {
    const name = path("billing", draw.newName());
    return extra(
      "aggregate",
      `${name}(numeric)`,
      `create aggregate ${name}(numeric) (sfunc = numeric_add, stype = numeric, initcond = '0', combinefunc = numeric_add, parallel = safe)`,
    );
  },
  "aggregate missing": () => missing("aggregate", "app.product(integer)", "drop aggregate app.product(integer)"),
  "aggregate definition": rewritten(
    "aggregate",
    "app.product(integer)",
    "aggregate",
    "create or replace aggregate app.product(integer) (sfunc = int4mul, stype = integer, initcond = '2')",
    "drop aggregate app.product(integer); create aggregate app.product(integer) (sfunc = int4pl, stype = integer, initcond = '1')",
  ),
  "aggregate parallel": rewritten(
    "aggregate",
    "app.product(integer)",
    "parallel",
    "create or replace aggregate app.product(integer) (sfunc = int4mul, stype = integer, initcond = '1', parallel = safe)",
  ),
};
