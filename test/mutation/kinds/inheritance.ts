import { different, type MutationKinds, missing, spreading } from "../mutation.ts";

/** Parts that a child table declares and inherits, of the tables `trunk`, `branch` (declares them too) and `twig` (does not). */
export const INHERITANCE_KINDS: MutationKinds = {
  "check of a child that it declares too": () =>
    different("constraint", "shapes.twig.trunk_a", "own", "alter table shapes.twig add constraint trunk_a check (a > 0)"),
  "check of a child that only its parent declares": () =>
    different(
      "constraint",
      "shapes.branch.trunk_a",
      "own",
      "alter table shapes.trunk drop constraint trunk_a; alter table shapes.branch drop constraint trunk_a; alter table shapes.trunk add constraint trunk_a check (a > 0)",
    ),
  "check of a child whose parent lost it": () =>
    spreading(missing("constraint", "shapes.trunk.trunk_a", "alter table shapes.trunk drop constraint trunk_a")),
  "check of a child with another condition": () =>
    spreading(
      different(
        "constraint",
        "shapes.branch.trunk_a",
        "definition",
        "alter table shapes.trunk drop constraint trunk_a; alter table shapes.branch drop constraint trunk_a; alter table shapes.branch add constraint trunk_a check (a > -5); alter table shapes.trunk add constraint trunk_a check (a > -5)",
      ),
    ),
  "column of a child that only its parent declares": () =>
    spreading(
      different(
        "column",
        "shapes.branch.b",
        "own",
        "drop table shapes.branch; create table shapes.branch (e integer not null default 1, d integer, constraint trunk_a check (a > 0)) inherits (shapes.trunk); alter table shapes.branch owner to diverse_owner",
      ),
    ),
  "column of a child that it declares too": () =>
    spreading(
      different(
        "column",
        "shapes.twig.a",
        "own",
        "alter table shapes.twig no inherit shapes.trunk; alter table shapes.twig inherit shapes.trunk",
      ),
    ),
  "column of a child whose parent lost it": () => spreading(missing("column", "shapes.trunk.b", "alter table shapes.trunk drop column b")),
  "table left its parent": () =>
    spreading(different("table", "shapes.twig", "inherits", "alter table shapes.twig no inherit shapes.trunk")),
  "18 not null of a child that it declares too": () =>
    different("column", "shapes.twig.e", "own not null", "alter table shapes.twig alter column e set not null"),
  "18 not null of a child that only its parent declares": () =>
    different(
      "column",
      "shapes.branch.e",
      "own not null",
      "alter table shapes.trunk alter column e drop not null; alter table shapes.branch alter column e drop not null; alter table shapes.trunk alter column e set not null",
    ),
};
