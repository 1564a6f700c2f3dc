import { mixedOwners, rowSecurity } from "./built-in/access.ts";
import { mixedForeignKeyTypes, missingPrimaryKeys, unindexedForeignKeys, unvalidatedConstraints } from "./built-in/constraints.ts";
import { ambiguousOverloads, brokenFunctions, definersWithoutSearchPath } from "./built-in/functions.ts";
import { duplicateIndexes, invalidIndexes, staleCollations } from "./built-in/indexes.ts";
import { sequencePositions } from "./built-in/sequences.ts";
import { disabledTriggers } from "./built-in/triggers.ts";
import type { AuditRule } from "./rule.ts";
import { extensions, postgresMajor, replication } from "./spec/database.ts";
import { datatypes } from "./spec/datatypes.ts";
import { functions } from "./spec/functions.ts";
import { indexes } from "./spec/indexes.ts";
import { migrationVersions, repositoryHeads, versionHeads } from "./spec/migrations.ts";
import { naming } from "./spec/naming.ts";
import { schemas } from "./spec/schemas.ts";
import { sequences } from "./spec/sequences.ts";
import { statistics } from "./spec/statistics.ts";
import { tables } from "./spec/tables.ts";
import { views } from "./spec/views.ts";

/** Rules that compare the database with the spec. They find nothing without one. */
const SPEC_RULES: readonly AuditRule[] = [
  postgresMajor,
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
  migrationVersions,
  repositoryHeads,
];

/** Rules for every database, with or without a spec. */
const BUILT_IN_RULES: readonly AuditRule[] = [
  ambiguousOverloads,
  invalidIndexes,
  duplicateIndexes,
  unvalidatedConstraints,
  unindexedForeignKeys,
  mixedForeignKeyTypes,
  missingPrimaryKeys,
  sequencePositions,
  disabledTriggers,
  rowSecurity,
  definersWithoutSearchPath,
  brokenFunctions,
  versionHeads,
  mixedOwners,
  staleCollations,
];

export const ALL_RULES: readonly AuditRule[] = [...SPEC_RULES, ...BUILT_IN_RULES];
