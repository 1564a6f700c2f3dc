import type { Cases } from "./case.ts";

/** A wrapper without a handler: whoever reads one of its tables gets an error. */
const SERVER = "create foreign data wrapper w; create server s foreign data wrapper w;";
const FUNCTION = "create function f() returns trigger language plpgsql as 'begin return new; end';";
const TABLE = (columns: string): string => `${SERVER}create foreign table t (${columns}) server s;`;

export const FOREIGN_CASES: Cases = {
  "columns of a foreign table get other types": [
    `${TABLE("a bigint, b varchar(20), c text")}create view v as select * from t`,
    `${TABLE("a integer, b varchar(30), c varchar(4)")}create view v as select * from t`,
  ],
  "columns of a foreign table change NOT NULL and their defaults": [
    TABLE("a integer not null, b integer, c integer default 4, d serial"),
    TABLE("a integer, b integer not null, c integer default 5, d integer"),
  ],
  "columns of a foreign table are added and dropped": [
    TABLE(`a integer, c text collate "C" not null default 'x'`),
    TABLE("a integer, b text"),
  ],
  "columns of a foreign table have options of the wrapper and of Postgres": [
    `${TABLE("a integer options (column_name 'x y', key 'true'), b integer")}alter foreign table t alter a set (n_distinct = 5)`,
    `${TABLE("a integer options (column_name 'y'), b integer options (k 'v')")}alter foreign table t alter a set (n_distinct = 7)`,
  ],
  "columns of a foreign table become generated, or are generated otherwise": [
    TABLE("a integer, b integer generated always as (a + 1) stored, c integer generated always as (a + 1) stored"),
    TABLE("a integer, b integer, c integer generated always as (a + 2) stored"),
  ],
  "a foreign table gets a parent, a check and a trigger": [
    `${SERVER}${FUNCTION}create table p (a integer); create foreign table t (a integer, constraint k check (a > 0)) inherits (p) server s;
     create trigger g before insert on t for each row execute function f()`,
    `${FUNCTION}create table p (a integer); ${TABLE("a integer")}`,
  ],
  "a foreign table is a partition": [
    `${SERVER}create table p (a integer) partition by list (a); create foreign table t partition of p for values in (1) server s options (q 'r')`,
    `${SERVER}create table p (a integer) partition by list (a)`,
  ],
};
