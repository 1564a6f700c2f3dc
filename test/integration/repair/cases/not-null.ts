import type { Cases } from "./case.ts";

const FAMILY = (columns: string): string => `create table p (${columns}); create table c () inherits (p);`;

export const INHERITED_CASES: Cases = {
  "a parent loses NOT NULL, and its child keeps it": [
    "create table p (a integer); create table c (a integer not null) inherits (p)",
    FAMILY("a integer not null"),
  ],
  "a check is not inherited": [FAMILY("a integer, constraint k check (a > 0) no inherit"), FAMILY("a integer, constraint k check (a > 0)")],
  "a check is inherited": [FAMILY("a integer, constraint k check (a > 0)"), FAMILY("a integer, constraint k check (a > 0) no inherit")],
  "a check of a child becomes a check of its parent": [
    FAMILY("a integer, constraint k check (a > 0)"),
    "create table p (a integer); create table c (constraint k check (a > 0)) inherits (p)",
  ],
};

/** The statements exist since PostgreSQL 18. */
export const NOT_NULL_CASES: Cases = {
  "a NOT NULL that is not valid is validated": [
    "create table t (a integer not null)",
    "create table t (a integer); insert into t values (1); alter table t add constraint t_a_known not null a not valid",
  ],
  "a NOT NULL that is not valid in a child too is validated": [
    FAMILY("a integer not null"),
    `${FAMILY("a integer")}insert into c values (1); alter table p add constraint known not null a not valid`,
  ],
  "a NOT NULL is expected to be not valid": [
    "create table t (a integer); alter table t add constraint known not null a not valid",
    "create table t (a integer constraint known not null)",
  ],
  "a NOT NULL that is not valid is dropped": [
    "create table t (a integer)",
    "create table t (a integer); alter table t add constraint known not null a not valid",
  ],
  "a NOT NULL that is not inherited is added": [
    `${FAMILY("a integer")}alter table p add constraint known not null a no inherit`,
    FAMILY("a integer"),
  ],
  "a NOT NULL is inherited no more": [
    `${FAMILY("a integer")}alter table p add constraint known not null a no inherit`,
    FAMILY("a integer not null"),
  ],
  "a NOT NULL becomes inherited": [
    FAMILY("a integer not null"),
    `${FAMILY("a integer")}alter table p add constraint known not null a no inherit`,
  ],
  "a new table has a NOT NULL that is not inherited": [FAMILY("a integer, b integer not null no inherit"), "select"],
  "a NOT NULL that is not valid becomes a primary key": [
    "create table t (a integer primary key)",
    "create table t (a integer); alter table t add constraint known not null a not valid",
  ],
};
