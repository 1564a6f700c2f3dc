import type { ChangedKind } from "../../drift/change.ts";
import { columns, defaults } from "./columns.ts";
import { comments } from "./comments.ts";
import { constraints } from "./constraints.ts";
import { composites } from "./composites.ts";
import { defaultPrivileges } from "./default-privileges.ts";
import { domains } from "./domains.ts";
import { enums } from "./enums.ts";
import { foreignServers } from "./foreign.ts";
import { indexes, statistics } from "./indexes.ts";
import { type ObjectRepair, withOwner } from "../repair-context.ts";
import { casts, collations, operators } from "./operators.ts";
import { operatorClasses, operatorFamilies } from "./operator-classes.ts";
import { policies } from "./policies.ts";
import { publications } from "./publications.ts";
import { grants } from "./grants.ts";
import { ranges } from "./ranges.ts";
import { routines } from "./routines.ts";
import { extensions, schemas } from "./schemas.ts";
import { textSearchConfigurations } from "./text-search.ts";
import { ownerships, sequences } from "./sequences.ts";
import { tables } from "./tables.ts";
import { eventTriggers, rules, triggers } from "./triggers.ts";
import { materializedViews, views } from "./views.ts";

/** The kinds of objects, and two that are not in the catalog but have their own place in the order. */
export type RepairKind = ChangedKind | "default" | "ownership";

/** The repair of each kind. Objects without dependencies are created in this order of kinds, and dropped in the reverse order. */
export const OBJECT_REPAIRS: Readonly<Record<RepairKind, ObjectRepair>> = {
  schema: schemas,
  extension: extensions,
  collation: withOwner("collations", "collation", collations),
  enum: enums,
  composite: composites,
  range: ranges,
  domain: domains,
  "foreign server": foreignServers,
  "text search configuration": withOwner("textSearchConfigurations", "text search configuration", textSearchConfigurations),
  sequence: sequences,
  function: routines,
  procedure: routines,
  "window function": routines,
  aggregate: routines,
  operator: withOwner("operators", "operator", operators),
  "operator family": withOwner("operatorFamilies", "operator family", operatorFamilies),
  "operator class": withOwner("operatorClasses", "operator class", operatorClasses),
  cast: casts,
  table: tables,
  column: columns,
  default: defaults,
  ownership: ownerships,
  constraint: constraints,
  index: indexes,
  statistics: withOwner("statistics", "statistics", statistics),
  view: views,
  "materialized view": materializedViews,
  rule: rules,
  trigger: triggers,
  policy: policies,
  publication: publications,
  "event trigger": eventTriggers,
  grant: grants,
  "default privilege": defaultPrivileges,
  comment: comments,
};

export const CREATION_ORDER = Object.keys(OBJECT_REPAIRS) as readonly RepairKind[];
