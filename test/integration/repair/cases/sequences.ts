import type { Cases } from "./case.ts";

const OWNED = (table: string, column: string): string =>
  `create sequence nums owned by ${table}.${column}; alter table ${table} alter ${column} set default nextval('nums');`;
const IDENTITY = "create table t (id integer generated always as identity, v integer)";

export const SEQUENCE_CASES: Cases = {
  "a sequence moves to a new table, and its old table is dropped": [
    `create table young (id bigint); ${OWNED("young", "id")}`,
    `create table old (id bigint); ${OWNED("old", "id")}`,
  ],
  "a sequence moves to a new column, and its old column is dropped": [
    `create table t (b bigint); ${OWNED("t", "b")}`,
    `create table t (a bigint); ${OWNED("t", "a")}`,
  ],
  "a sequence of a dropped table belongs to no column": [
    "create sequence nums; create table kept (id bigint default nextval('nums'))",
    `create table old (id bigint); ${OWNED("old", "id")}`,
  ],
  "the sequence of a serial column moves to another table": [
    "create table young (id integer); create sequence old_id_seq as integer owned by young.id; alter table young alter id set default nextval('old_id_seq')",
    "create table old (id serial)",
  ],
  "two sequences exchange their columns": [
    "create table t (a bigint); create table u (a bigint); create sequence s1 owned by u.a; create sequence s2 owned by t.a",
    "create table t (a bigint); create table u (a bigint); create sequence s1 owned by t.a; create sequence s2 owned by u.a",
  ],
  "an identity column, where a sequence of its name is left over": [
    IDENTITY,
    "create table t (id integer, v integer); create sequence t_id_seq",
  ],
  "an identity column, whose default used a sequence of its name": [
    IDENTITY,
    "create sequence t_id_seq; create table t (id integer not null default nextval('t_id_seq'), v integer)",
  ],
  "an identity column, where a sequence of its name belongs to another column": [
    `${IDENTITY}; create table u (id integer)`,
    "create table u (id integer); create sequence t_id_seq owned by u.id; alter table u alter id set default nextval('t_id_seq')",
  ],
  "an identity column, where a view has the name of its sequence": [
    IDENTITY,
    "create view t_id_seq as select 1; create table t (id integer, v integer)",
  ],
  "a new table with an identity column, where a sequence of its name is left over": [IDENTITY, "create sequence t_id_seq"],
  "an identity column, whose default used the sequence of another column too": [
    `${IDENTITY}; create table u (id integer default 1)`,
    "create sequence shared; create table t (id integer not null default nextval('shared'), v integer); create table u (id integer default nextval('shared'))",
  ],
  "a serial column, where a sequence of its name is left over": [
    "create table t (id serial, v integer)",
    "create sequence t_id_seq; create table t (id integer, v integer)",
  ],
  "a sequence with the name of the identity's sequence": [
    "create sequence t_id_seq; create table t (id integer not null, v integer)",
    IDENTITY,
  ],
};
