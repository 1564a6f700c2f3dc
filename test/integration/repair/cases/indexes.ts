import type { Cases } from "./case.ts";

const PARTS =
  "create table t (a integer, b integer) partition by range (a); create table t1 partition of t for values from (0) to (10); create table t2 partition of t for values from (10) to (20);";
const ROWS = "insert into t values (1, 1), (11, 2)";

/** Indexes of partitioned tables that some partitions lack are not valid, and settings of indexes. */
export const INDEX_CASES: Cases = {
  "an index that no partition has": [`${PARTS} create index t_b on only t (b)`, `${PARTS} ${ROWS}`],
  "an index that one of two partitions has": [
    `${PARTS} create index t_b on only t (b); create index t1_b on t1 (b); alter index t_b attach partition t1_b`,
    `${PARTS} ${ROWS}`,
  ],
  "a missing table with an index that one of two partitions has": [
    `${PARTS} create unique index t_b on only t (a, b); create unique index t1_b on t1 (a, b); alter index t_b attach partition t1_b`,
    "",
  ],
  "the statistics of an expression of a missing index": [
    "create table t (a text); create index i on t (a, lower(a)); alter index i alter column 2 set statistics 200",
    "create table t (a text)",
  ],
  "the statistics of an expression that must have the default": [
    "create table t (a text); create index i on t (lower(a))",
    "create table t (a text); create index i on t (lower(a)); alter index i alter column 1 set statistics 200",
  ],
};

/** Types whose values stay. */
export const TYPE_CASES: Cases = {
  "another collation of an attribute": [
    'create type pair as (a integer, b text collate "C"); create table t (a integer)',
    "create type pair as (a integer, b text); create table t (a integer)",
  ],
};
