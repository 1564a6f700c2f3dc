import type { Cases } from "./case.ts";

const COMPARE = `create function last_digit(integer, integer) returns integer language sql immutable strict as 'select $1 % 10 - $2 % 10';
  create function is_less(integer, integer) returns boolean language sql immutable strict as 'select $1 % 10 < $2 % 10';
  create function is_more(integer, integer) returns boolean language sql immutable strict as 'select $1 % 10 > $2 % 10';`;
const CLASS =
  "create operator class digit_ops for type integer using btree as operator 1 <, operator 3 =, function 1 last_digit(integer, integer);";
const TABLE = "create table t (a integer);";

export const OPERATOR_CASES: Cases = {
  "an operator class is created before its index": [`${COMPARE}${CLASS}${TABLE}create index i on t (a digit_ops)`, TABLE],
  "an operator class is created before its exclusion constraint": [
    "create operator class same_ops for type integer using hash as operator 1 =, function 1 hashint4(integer); create table t (a integer, exclude using hash (a same_ops with =))",
    TABLE,
  ],
  "an operator class is created before its partition key": [
    `${COMPARE}${CLASS}create table t (a integer) partition by range (a digit_ops); create table t1 partition of t for values from (0) to (5)`,
    "select",
  ],
  "an operator class is created before its range": [
    `${COMPARE}${CLASS}create type r as range (subtype = integer, subtype_opclass = digit_ops); create table t (x r)`,
    "create table t ()",
  ],
  "an operator class is dropped after its index and its range": [
    `${TABLE}create index i on t (a)`,
    `${COMPARE}${CLASS}${TABLE}create index i on t (a digit_ops); create type r as range (subtype = integer, subtype_opclass = digit_ops)`,
  ],
  "an operator class gets more operators": [
    `${COMPARE}${CLASS.replace(" as ", " as operator 2 <=, operator 4 >=, ")}${TABLE}create index i on t (a digit_ops)`,
    `${COMPARE}${CLASS}${TABLE}create index i on t (a digit_ops)`,
  ],
  "an operator class moves to a family": [
    `${COMPARE}create operator family f using btree; ${CLASS.replace(" as ", " family f as ")}${TABLE}create index i on t (a digit_ops)`,
    `${COMPARE}${CLASS}${TABLE}`,
  ],
  "an operator class has a quoted name": [
    `create schema "O dd"; ${COMPARE}${CLASS.replace("digit_ops", '"O dd"."My Ops"')}${TABLE}create index i on t (a "O dd"."My Ops")`,
    TABLE,
  ],
  "an operator class stores another type": [
    `create operator class part_ops for type integer[] using gin as operator 1 && (anyarray, anyarray), function 1 btint4cmp(integer, integer),
       function 2 ginarrayextract(anyarray, internal, internal),
       function 3 ginqueryarrayextract(anyarray, internal, smallint, internal, internal, internal, internal),
       function 4 ginarrayconsistent(internal, smallint, anyarray, integer, internal, internal, internal, internal), storage integer;
     create table t (a integer[]); create index i on t using gin (a part_ops)`,
    "create table t (a integer[])",
  ],
  "an operator family has members of other types": [
    `${COMPARE}${CLASS}alter operator family digit_ops using btree add operator 1 < (integer, bigint), function 1 (integer, bigint) btint48cmp(integer, bigint)`,
    `${COMPARE}${CLASS}alter operator family digit_ops using btree add operator 2 <= (integer, bigint)`,
  ],
  "two new operators are the commutators of each other": [
    `${COMPARE}create operator <# (leftarg = integer, rightarg = integer, function = is_less, commutator = >#, restrict = scalarltsel, join = scalarltjoinsel);
     create operator ># (leftarg = integer, rightarg = integer, function = is_more, commutator = <#); create view v as select 1 <# 2 as x, 2 ># 1 as y`,
    COMPARE,
  ],
  "an operator gets a commutator, and a new view uses it": [
    `${COMPARE}create operator =# (leftarg = integer, rightarg = integer, function = is_less, commutator = =#, hashes, merges); create view v as select 1 =# 2 as x`,
    `${COMPARE}create operator =# (leftarg = integer, rightarg = integer, function = is_less)`,
  ],
  "an aggregate is sorted by a new operator": [
    `${COMPARE}create operator ># (leftarg = integer, rightarg = integer, function = is_more); create aggregate most(integer) (sfunc = int4larger, stype = integer, sortop = >#)`,
    "select",
  ],
};
