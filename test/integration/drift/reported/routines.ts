import type { Reported } from "../reported.ts";

export const ROUTINE: Reported = {
  "function extra": [
    "create function billing.strange() returns integer language sql as 'select 1'",
    "extra function billing.strange(): () returns integer",
  ],
  "function overload extra": [
    "create function app.total(text) returns numeric language sql as 'select 1.0'",
    "extra function app.total(text): (text) returns numeric",
  ],
  "function missing": [
    "drop function billing.with_tax(integer) cascade",
    "missing function billing.with_tax(integer): (p_amount integer) returns numeric",
  ],
  "function renamed": [
    "alter function app.listing() rename to strange",
    "missing function app.listing(): (table id bigint, table name text) returns TABLE(id bigint, name text)",
    "extra function app.strange(): (table id bigint, table name text) returns TABLE(id bigint, name text)",
  ],
  "function schema": [
    `alter function app.default_title() set schema "Odd Name"`,
    `extra function "Odd Name".default_title(): () returns text`,
    "missing function app.default_title(): () returns text",
    `different column app.notes.title: default: app.default_title() expected, "Odd Name".default_title() found`,
  ],
  "function owner": [
    "alter function app.default_title() owner to diverse_reader",
    "different function app.default_title(): owner: postgres expected, diverse_reader found",
  ],
  "function volatility": [
    "alter function app.listing() volatile",
    "different function app.listing(): volatility: stable expected, volatile found",
  ],
  "function security": [
    "alter function app.default_title() security definer",
    "different function app.default_title(): security: invoker expected, definer found",
  ],
  "function strict": ["alter function app.is_short(text) strict", "different function app.is_short(text): strict: no expected, yes found"],
  "function parallel": [
    "alter function app.is_short(text) parallel safe",
    "different function app.is_short(text): parallel: unsafe expected, safe found",
  ],
  "function leakproof": ["alter function app.on_ddl() leakproof", "different function app.on_ddl(): leakproof: none expected, yes found"],
  "function cost": ["alter function app.default_title() cost 20", "different function app.default_title(): cost: 100 expected, 20 found"],
  "function rows": ["alter function app.pairs(integer) rows 20", "different function app.pairs(integer): rows: 1000 expected, 20 found"],
  "function settings": [
    "alter procedure app.archive(integer) set work_mem = '8MB'",
    "different procedure app.archive(integer): settings: none expected, work_mem=8MB found",
  ],
  "function settings removed": [
    "alter procedure billing.close(integer, integer) reset all",
    "different procedure billing.close(integer, integer): settings: search_path=billing expected, none found",
  ],
  "function body": [
    "create or replace function app.total(p_user bigint) returns numeric language sql stable as 'select 2.0'",
    "different function app.total(bigint): body: SHA-256 bfbc1200f248 expected, SHA-256 59f1779d2c2b found",
  ],
  "function body of a standard one": [
    "create or replace function app.add(a integer, b integer default 1) returns integer language sql immutable strict parallel safe return a + b + 0",
    "different function app.add(integer, integer): body: SHA-256 e64b8809254b expected, SHA-256 9d70e63a3e42 found",
  ],
  "function body that a default calls": [
    "create or replace function app.default_title() returns text language sql immutable as $$select 'none'$$",
    "different function app.default_title(): body: SHA-256 9d0e2caa1701 expected, SHA-256 b2f614792f79 found",
  ],
  "function argument default": [
    "create or replace function billing.with_tax(p_amount numeric default 0, p_rate numeric default 0.19) returns numeric language plpgsql immutable cost 50 as $$begin return p_amount * (1 + p_rate); end$$",
    "different function billing.with_tax(numeric, numeric): arguments: p_amount numeric, p_rate numeric default 0.19 expected, p_amount numeric default 0, p_rate numeric default 0.19 found",
  ],
  "function argument name": [
    "alter table app.notes drop constraint notes_title_check; drop policy short_only on app.notes; drop function app.is_short; create function app.is_short(words text) returns boolean language sql immutable as 'select length(words) < 100'",
    "different function app.is_short(text): body: SHA-256 b6515db47e4a expected, SHA-256 e3bf4759aab7 found; arguments: value text expected, words text found",
    "missing constraint app.notes.notes_title_check: CHECK (app.is_short(title))",
    "missing policy app.notes.short_only: insert public app.is_short(title)",
  ],
  "function result": [
    "drop function billing.with_tax(integer); create function billing.with_tax(p_amount integer) returns double precision language sql immutable as 'select p_amount * 1.19::float'",
    "different function billing.with_tax(integer): result: numeric expected, double precision found; body: SHA-256 e0cc5b1e7c6d expected, SHA-256 0bca3dfa5c6f found",
    "missing comment function billing.with_tax(integer): the usual rate",
  ],
  "function language": [
    "create or replace function app.total(p_user bigint) returns numeric language plpgsql stable as 'begin return 2.0; end'",
    "different function app.total(bigint): language: sql expected, plpgsql found; body: SHA-256 bfbc1200f248 expected, SHA-256 dcff59001bc1 found",
  ],
  "procedure extra": [
    "create procedure app.strange(a integer) language plpgsql as 'begin end'",
    "extra procedure app.strange(integer): (a integer)",
  ],
  "procedure missing": [
    "drop procedure billing.close(integer, integer)",
    "missing procedure billing.close(integer, integer): (p_year integer, inout p_closed integer default 0)",
  ],
  "procedure body": [
    "create or replace procedure app.archive(days integer default 30) language plpgsql as $$begin perform days + 1; end$$",
    "different procedure app.archive(integer): body: SHA-256 02c004914b24 expected, SHA-256 ac4d605beeb4 found",
  ],
  "procedure argument default": [
    "create or replace procedure app.archive(days integer default 31) language plpgsql as $$begin perform days; end$$",
    "different procedure app.archive(integer): arguments: days integer default 30 expected, days integer default 31 found",
  ],
  "procedure owner": [
    "alter procedure billing.close(integer, integer) owner to diverse_reader",
    "different procedure billing.close(integer, integer): owner: postgres expected, diverse_reader found",
  ],
  "aggregate extra": [
    "create aggregate billing.strange(numeric) (sfunc = numeric_add, stype = numeric, initcond = '0', combinefunc = numeric_add, parallel = safe)",
    "extra aggregate billing.strange(numeric): (numeric) returns numeric",
  ],
  "aggregate missing": ["drop aggregate app.product(integer)", "missing aggregate app.product(integer): (integer) returns integer"],
  "aggregate definition": [
    "create or replace aggregate app.product(integer) (sfunc = int4mul, stype = integer, initcond = '2')",
    `different aggregate app.product(integer): aggregate: {"kind":"n","state":"integer","initial":"1","transition":"int4mul"} expected, {"kind":"n","state":"integer","initial":"2","transition":"int4mul"} found`,
  ],
  "aggregate parallel": [
    "create or replace aggregate app.product(integer) (sfunc = int4mul, stype = integer, initcond = '1', parallel = safe)",
    "different aggregate app.product(integer): parallel: unsafe expected, safe found",
  ],
};
