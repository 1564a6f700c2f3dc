import { bodies } from "./bodies.ts";
import type { Check } from "./rule.ts";
import { collations } from "./collations.ts";
import { datatypes } from "./datatypes.ts";
import { definers } from "./definers.ts";
import { disabled } from "./disabled.ts";
import { duplicates } from "./duplicates.ts";
import { extensions } from "./extensions.ts";
import { mixedTypes, unindexed } from "./foreign-keys.ts";
import { functions } from "./functions.ts";
import { indexes } from "./indexes.ts";
import { invalid } from "./invalid.ts";
import { major } from "./major.ts";
import { naming } from "./naming.ts";
import { overloads } from "./overloads.ts";
import { owners } from "./owners.ts";
import { positions } from "./positions.ts";
import { primaryKeys } from "./primary-keys.ts";
import { rowSecurity } from "./row-security.ts";
import { schemas } from "./schemas.ts";
import { replication } from "./replication.ts";
import { sequences } from "./sequences.ts";
import { statistics } from "./statistics.ts";
import { tables } from "./tables.ts";
import { unvalidated } from "./unvalidated.ts";
import { heads, repositoryHeads, versions } from "./versions.ts";
import { views } from "./views.ts";

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
  statistics,
  replication,
  naming,
  versions,
  repositoryHeads,

  overloads,
  invalid,
  duplicates,
  unvalidated,
  unindexed,
  mixedTypes,
  primaryKeys,
  positions,
  disabled,
  rowSecurity,
  definers,
  bodies,
  heads,
  owners,
  collations,
};
