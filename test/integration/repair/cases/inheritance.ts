import type { Cases } from "./case.ts";

const PARENT = "create table parent (a integer, b text collate \"C\" default 'x', constraint small check (a < 100))";
const ROWS = "insert into child (a, b) values (1, 'one'), (2, 'two')";

/** Parts that a child table declares itself and inherits too. Each table `child` gets rows. */
export const OWN_PART_CASES: Cases = {
  "a column that the child declares too": [
    `${PARENT}; create table child (a integer, c integer) inherits (parent)`,
    `${PARENT}; create table child (c integer) inherits (parent); ${ROWS}`,
  ],
  "all columns of a child that joined its parent": [
    `${PARENT}; create table child (a integer, b text collate "C", constraint small check (a < 100)); alter table child inherit parent`,
    `${PARENT}; create table child () inherits (parent); ${ROWS}`,
  ],
  "a check that the child declares too": [
    `${PARENT}; create table child (constraint small check (a < 100)) inherits (parent)`,
    `${PARENT}; create table child () inherits (parent); ${ROWS}`,
  ],
  "a check that the child only inherits": [
    `${PARENT}; create table child () inherits (parent); comment on constraint small on parent is 'kept'`,
    `${PARENT}; create table child (constraint small check (a < 100)) inherits (parent); comment on constraint small on parent is 'kept'; ${ROWS}`,
  ],
  "a check that the child only inherits from the parent of its parent": [
    `${PARENT}; create table middle () inherits (parent); create table child () inherits (middle)`,
    `${PARENT}; create table middle () inherits (parent); create table child (constraint small check (a < 100)) inherits (middle); ${ROWS}`,
  ],
  "a check of the child alone": [
    "create table parent (a integer, b text); create table child (constraint small check (a < 100)) inherits (parent)",
    `create table parent (a integer, b text, constraint small check (a < 100)); create table child () inherits (parent); ${ROWS}`,
  ],
  "a check of the child that the parent gets too": [
    `${PARENT}; create table child (constraint small check (a < 100)) inherits (parent)`,
    `create table parent (a integer, b text collate "C" default 'x'); create table child (constraint small check (a < 100)) inherits (parent); ${ROWS}`,
  ],
  "a check of the child that becomes one of the parent alone": [
    `${PARENT}; create table child () inherits (parent)`,
    `create table parent (a integer, b text collate "C" default 'x'); create table child (constraint small check (a < 100)) inherits (parent); ${ROWS}`,
  ],
  "a check of the parent that the child keeps": [
    "create table parent (a integer, b text); create table child () inherits (parent)",
    `create table parent (a integer, b text, constraint small check (a < 100)); create table child (constraint small check (a < 100)) inherits (parent); ${ROWS}`,
  ],
  "another condition of a check that both declare": [
    "create table parent (a integer, b text, constraint small check (a < 50)); create table child (constraint small check (a < 50)) inherits (parent)",
    `create table parent (a integer, b text, constraint small check (a < 100)); create table child (constraint small check (a < 100)) inherits (parent); ${ROWS}`,
  ],
  "a missing column that both declare": [
    "create table parent (a integer, b text, d date default '2026-01-01'); create table child (d date default '2026-02-02') inherits (parent)",
    `create table parent (a integer, b text); create table child () inherits (parent); ${ROWS}`,
  ],
  "a column that only the child keeps": [
    "create table parent (b text); create table child (a integer) inherits (parent)",
    `create table parent (a integer, b text); create table child () inherits (parent); ${ROWS}`,
  ],
  "an extra column that both declare": [
    "create table parent (a integer, b text); create table child () inherits (parent)",
    `create table parent (a integer, b text, d date); create table child (d date) inherits (parent); ${ROWS}`,
  ],
  "a missing child with a column and a check of its own": [
    `${PARENT}; create table child (a integer default 5, constraint small check (a < 100)) inherits (parent); ${ROWS}`,
    PARENT,
  ],
  "two parents, one of which shares a column": [
    `${PARENT}; create table other (b text collate "C", e integer); create table child (a integer) inherits (parent, other)`,
    `${PARENT}; create table other (b text collate "C", e integer); create table child () inherits (parent, other); ${ROWS}`,
  ],
  "a NOT NULL that the child declares too": [
    "create table parent (a integer not null, b text); create table child () inherits (parent); alter table child alter a set not null",
    `create table parent (a integer not null, b text); create table child () inherits (parent); ${ROWS}`,
  ],
  "a NOT NULL that the child only inherits": [
    "create table parent (a integer not null, b text); create table child () inherits (parent)",
    `create table parent (a integer not null, b text); create table child () inherits (parent); alter table child alter a set not null; ${ROWS}`,
  ],
  "a column that the child declares without its NOT NULL": [
    "create table parent (a integer not null, b text not null); create table child (a integer) inherits (parent)",
    `create table parent (a integer not null, b text not null); create table child () inherits (parent); ${ROWS}`,
  ],
  "a NOT NULL that parent and child get": [
    "create table parent (a integer not null, b text); create table child () inherits (parent)",
    `create table parent (a integer, b text); create table child () inherits (parent); ${ROWS}`,
  ],
};

/** Before PostgreSQL 16, the generated columns of all parents of a table must have the same expression. */
export const GENERATED_CASES: Cases = {
  "a generated column that stays the parent's": [
    "create table parent (a integer, b text, g integer generated always as (a * 2) stored); create table child (a integer) inherits (parent)",
    `create table parent (a integer, b text, g integer generated always as (a * 2) stored); create table child () inherits (parent); ${ROWS}`,
  ],
};

const NOT_TAKEN_BACK = /declares the column itself too, and Postgres has no statement that takes this back/;

/** The same, where Postgres has no statement. */
export const NOT_REPAIRABLE: Readonly<Record<string, readonly [expected: string, actual: string, reason: RegExp]>> = {
  "a column that the child must not declare": [
    `${PARENT}; create table child (c integer) inherits (parent)`,
    `${PARENT}; create table child (a integer, c integer) inherits (parent); ${ROWS}`,
    NOT_TAKEN_BACK,
  ],
  "the columns of a child that left its parent": [
    `${PARENT}; create table child () inherits (parent)`,
    `${PARENT}; create table child () inherits (parent); alter table child no inherit parent; ${ROWS}`,
    NOT_TAKEN_BACK,
  ],
};
