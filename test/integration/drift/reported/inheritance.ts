import type { Reported } from "../reported.ts";

/** Parts that a child table declares and inherits: `diverse-shapes.sql`. */
export const INHERITANCE: Reported = {
  "check of a child that it declares too": [
    "alter table shapes.twig add constraint trunk_a check (a > 0)",
    "different constraint shapes.twig.trunk_a: own: none expected, yes found",
  ],
  "check of a child that only its parent declares": [
    "alter table shapes.trunk drop constraint trunk_a; alter table shapes.branch drop constraint trunk_a; alter table shapes.trunk add constraint trunk_a check (a > 0)",
    "different constraint shapes.branch.trunk_a: own: yes expected, none found",
  ],
  "check of a child whose parent lost it": [
    "alter table shapes.trunk drop constraint trunk_a",
    "different constraint shapes.branch.trunk_a: inherited: yes expected, none found; own: yes expected, none found",
    "missing constraint shapes.trunk.trunk_a: CHECK ((a > 0))",
  ],
  "check of a child with another condition": [
    "alter table shapes.trunk drop constraint trunk_a; alter table shapes.branch drop constraint trunk_a; alter table shapes.branch add constraint trunk_a check (a > -5); alter table shapes.trunk add constraint trunk_a check (a > -5)",
    "different constraint shapes.branch.trunk_a: definition: CHECK ((a > 0)) expected, CHECK ((a > '-5'::integer)) found",
    "different constraint shapes.trunk.trunk_a: definition: CHECK ((a > 0)) expected, CHECK ((a > '-5'::integer)) found",
  ],
  "column of a child that only its parent declares": [
    "drop table shapes.branch; create table shapes.branch (e integer not null default 1, d integer, constraint trunk_a check (a > 0)) inherits (shapes.trunk); alter table shapes.branch owner to diverse_owner",
    "different column shapes.branch.b: own: yes expected, none found",
  ],
  "column of a child that it declares too": [
    "alter table shapes.twig no inherit shapes.trunk; alter table shapes.twig inherit shapes.trunk",
    "different column shapes.twig.a: own: none expected, yes found",
    "different column shapes.twig.b: own: none expected, yes found",
    "different column shapes.twig.e: own: none expected, yes found; own not null: none expected, yes found",
    "different constraint shapes.twig.trunk_a: own: none expected, yes found",
  ],
  "column of a child whose parent lost it": [
    "alter table shapes.trunk drop column b",
    "different column shapes.branch.b: inherited: yes expected, none found; own: yes expected, none found",
    "missing column shapes.trunk.b: text",
  ],
  "table left its parent": [
    "alter table shapes.twig no inherit shapes.trunk",
    "different table shapes.twig: inherits: shapes.trunk expected, none found",
    "different column shapes.twig.a: inherited: yes expected, none found",
    "different column shapes.twig.b: inherited: yes expected, none found",
    "different column shapes.twig.e: inherited: yes expected, none found",
    "different constraint shapes.twig.trunk_a: inherited: yes expected, none found",
  ],
  "not null of a child that it declares too": [
    "alter table shapes.twig alter column e set not null",
    "different column shapes.twig.e: own not null: none expected, yes found",
  ],
  "not null of a child that only its parent declares": [
    "alter table shapes.trunk alter column e drop not null; alter table shapes.branch alter column e drop not null; alter table shapes.trunk alter column e set not null",
    "different column shapes.branch.e: own not null: yes expected, none found",
  ],
};
