import { COLUMN_MAKERS } from "./kinds/columns.ts";
import { CONSTRAINT_MAKERS } from "./kinds/constraints.ts";
import { DATATYPE_MAKERS } from "./kinds/datatypes.ts";
import { INDEX_MAKERS } from "./kinds/indexes.ts";
import { OPERATOR_MAKERS } from "./kinds/operators.ts";
import { REPLICATION_MAKERS } from "./kinds/replication.ts";
import { RIGHT_MAKERS } from "./kinds/rights.ts";
import { ROUTINE_MAKERS } from "./kinds/routines.ts";
import { SEQUENCE_MAKERS } from "./kinds/sequences.ts";
import { TABLE_MAKERS } from "./kinds/tables.ts";
import { TRIGGER_MAKERS } from "./kinds/triggers.ts";
import { VIEW_MAKERS } from "./kinds/views.ts";
import type { Makers } from "./mutation.ts";

/** One maker for each kind of object and property. */
const MAKERS: Makers = {
  ...TABLE_MAKERS,
  ...COLUMN_MAKERS,
  ...CONSTRAINT_MAKERS,
  ...INDEX_MAKERS,
  ...VIEW_MAKERS,
  ...SEQUENCE_MAKERS,
  ...ROUTINE_MAKERS,
  ...TRIGGER_MAKERS,
  ...DATATYPE_MAKERS,
  ...OPERATOR_MAKERS,
  ...REPLICATION_MAKERS,
  ...RIGHT_MAKERS,
};

/** The makers whose statements that major knows. */
export function makersFor(major: number): Makers {
  return Object.fromEntries(
    Object.entries(MAKERS).flatMap(([name, make]) => {
      const [, since, what] = /^(\d+) (.*)$/.exec(name) ?? [name, "0", name];
      return Number(since) <= major ? [[what, make] as const] : [];
    }),
  );
}
