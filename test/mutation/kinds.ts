import { COLUMN_KINDS } from "./kinds/columns.ts";
import { CONSTRAINT_KINDS } from "./kinds/constraints.ts";
import { DATATYPE_KINDS } from "./kinds/datatypes.ts";
import { INDEX_KINDS } from "./kinds/indexes.ts";
import { INHERITANCE_KINDS } from "./kinds/inheritance.ts";
import { MORE_KINDS } from "./kinds/more.ts";
import { OPERATOR_KINDS } from "./kinds/operators.ts";
import { REPLICATION_KINDS } from "./kinds/replication.ts";
import { RIGHT_KINDS } from "./kinds/rights.ts";
import { ROUTINE_KINDS } from "./kinds/routines.ts";
import { SEQUENCE_KINDS } from "./kinds/sequences.ts";
import { SHAPE_KINDS } from "./kinds/shapes.ts";
import { TABLE_KINDS } from "./kinds/tables.ts";
import { TRIGGER_KINDS } from "./kinds/triggers.ts";
import { VIEW_KINDS } from "./kinds/views.ts";
import type { MutationKinds } from "./mutation.ts";

/** One mutation kind for each kind of object and property. */
const KINDS: MutationKinds = {
  ...TABLE_KINDS,
  ...COLUMN_KINDS,
  ...CONSTRAINT_KINDS,
  ...INDEX_KINDS,
  ...VIEW_KINDS,
  ...SEQUENCE_KINDS,
  ...ROUTINE_KINDS,
  ...TRIGGER_KINDS,
  ...DATATYPE_KINDS,
  ...OPERATOR_KINDS,
  ...REPLICATION_KINDS,
  ...RIGHT_KINDS,
  ...SHAPE_KINDS,
  ...INHERITANCE_KINDS,
  ...MORE_KINDS,
};

/** The kinds whose statements exist in that major version. */
export function kindsFor(major: number): MutationKinds {
  return Object.fromEntries(
    Object.entries(KINDS).flatMap(([name, make]) => {
      const [, since, what] = /^(\d+) (.*)$/.exec(name) ?? [name, "0", name];
      return Number(since) <= major ? [[what, make] as const] : [];
    }),
  );
}
