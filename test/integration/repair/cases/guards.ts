import type { Cases } from "./case.ts";

const ROWS = "create table src (id integer, v";
const WRAPPER = "create foreign data wrapper w; create server s1 foreign data wrapper w; create server s2 foreign data wrapper w;";

/** The object on the left is dropped and created again, and the first run creates something that needs it. */
export const GUARD_CASES: Cases = {
  "a view, and a function that returns it": [
    `${ROWS} bigint); create view tv as select id, v from src; create function f() returns setof tv language sql as 'select * from tv'`,
    `${ROWS} integer); create view tv as select id, v from src`,
  ],
  "a view, a function that takes it and a view on it": [
    `${ROWS} bigint); create view tv as select id, v from src; create function f(tv) returns text language sql as 'select ''x'''; create view w as select * from tv`,
    `${ROWS} integer); create view tv as select id, v from src`,
  ],
  "a view, and a table with its row type": [
    `${ROWS} bigint); create view tv as select id, v from src; create table kept (x tv)`,
    `${ROWS} integer); create view tv as select id, v from src`,
  ],
  "a view with a default, and a function that returns it": [
    `${ROWS} integer); create view tv as select id from src; alter view tv alter id set default 3; create function f() returns setof tv language sql as 'select * from tv'`,
    `${ROWS} integer); create view tv as select id from src`,
  ],
  "a materialized view, and a function that returns it": [
    `${ROWS} bigint); create materialized view tv as select id, v from src; create function f() returns setof tv language sql as 'select * from tv'`,
    `${ROWS} integer); create materialized view tv as select id, v from src`,
  ],
  "a materialized view with options, and a function that returns it": [
    `${ROWS} integer); create materialized view tv with (fillfactor = 50) as select id from src; create function f() returns setof tv language sql as 'select * from tv'`,
    `${ROWS} integer); create materialized view tv as select id from src`,
  ],
  "an aggregate, and a view that calls it": [
    "create aggregate total(integer) (sfunc = int4pl, stype = integer, initcond = '0'); create view v as select total(x) from (values (1)) y (x)",
    "create aggregate total(integer) (sfunc = int4mul, stype = integer, initcond = '1')",
  ],
  "an aggregate with another result, and a view that calls it": [
    "create aggregate total(integer) (sfunc = int4_sum, stype = bigint); create view v as select total(x) from (values (1)) y (x)",
    "create aggregate total(integer) (sfunc = int4pl, stype = integer)",
  ],
  "a range, and a function that takes it": [
    `create type r as range (subtype = text, collation = "C"); create function f(r) returns integer language sql as 'select 1'`,
    "create type r as range (subtype = text)",
  ],
  "a foreign table on another server, and a view on it": [
    `${WRAPPER}create foreign table t (a integer) server s2; create view v as select * from t`,
    `${WRAPPER}create foreign table t (a integer) server s1`,
  ],
  "a column that becomes generated, and a view on it": [
    "create table t (a integer, b integer generated always as (a + 1) stored); create view v as select b from t",
    "create table t (a integer, b integer)",
  ],
  "an enum, and a domain that no column uses": [
    "create type st as enum ('a', 'b'); create domain d as st check (value <> 'a'); create type c as (x st, y st[]); create function f(d) returns integer language sql as 'select 1'",
    "create type st as enum ('b', 'a', 'z'); create domain d as st check (value <> 'a'); create type c as (x st, y st[])",
  ],
  "a view that a sequence replaces": ["create sequence x", "create view x as select 1 as a"],
  "a sequence that a view replaces": ["create view x as select 1 as a", "create sequence x"],
  "a sequence that a table replaces": ["create table x (a integer)", "create sequence x"],
  "a table that a sequence replaces": ["create sequence x", "create table x (a integer)"],
  "a view that an index replaces": [
    "create table t (a integer); create index x on t (a)",
    "create table t (a integer); create view x as select 1",
  ],
  "an index that a view replaces": [
    "create table t (a integer); create view x as select 1",
    "create table t (a integer); create index x on t (a)",
  ],
  "a composite type that a table replaces": [
    "create table x (a integer); create view v as select * from x",
    "create type x as (a integer)",
  ],
  "an enum that a table replaces": ["create table x (a integer)", "create type x as enum ('a')"],
};
