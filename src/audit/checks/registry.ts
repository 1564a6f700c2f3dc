import type { Check } from "./check.ts";
import { datatypes } from "./datatypes.ts";
import { extensions } from "./extensions.ts";
import { functions } from "./functions.ts";
import { indexes } from "./indexes.ts";
import { invalid } from "./invalid.ts";
import { overloads } from "./overloads.ts";
import { schemas } from "./schemas.ts";
import { sequences } from "./sequences.ts";
import { tables } from "./tables.ts";
import { unvalidated } from "./unvalidated.ts";
import { versions } from "./versions.ts";
import { major, views } from "./views.ts";

/** Every check by name. The first group compares with the spec, the second needs none. */
export const CHECKS: Readonly<Record<string, Check>> = {
  major,
  schemas,
  extensions,
  tables,
  views,
  functions,
  indexes,
  sequences,
  datatypes,
  versions,

  overloads,
  invalid,
  unvalidated,
};
