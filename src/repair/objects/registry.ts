import type { ChangedKind } from "../../drift/change.ts";
import { columns, defaults } from "./columns.ts";
import { comments } from "./comments.ts";
import { constraints } from "./constraints.ts";
import { composites, domains, enums, ranges } from "./datatypes.ts";
import { indexes } from "./indexes.ts";
import type { Maker } from "../repair-context.ts";
import { casts, collations, operators } from "./operators.ts";
import { policies } from "./policies.ts";
import { foreignServers, publications } from "./publications.ts";
import { defaultPrivileges, grants } from "./grants.ts";
import { routines } from "./routines.ts";
import { extensions, schemas } from "./schemas.ts";
import { textSearchConfigurations } from "./text-search.ts";
import { ownerships, sequences } from "./sequences.ts";
import { statistics } from "./statistics.ts";
import { tables } from "./tables.ts";
import { eventTriggers, rules, triggers } from "./triggers.ts";
import { materializedViews, views } from "./views.ts";

/** Kinds of objects, and the two that are no objects of a catalog but have a place of their own in the order. */
export type MadeKind = ChangedKind | "default" | "ownership";

/** By kind, in the order in which new objects are made where no dependency says otherwise; old ones go in the reverse order. */
export const MAKERS: Readonly<Record<MadeKind, Maker>> = {
  schema: schemas,
  extension: extensions,
  collation: collations,
  enum: enums,
  composite: composites,
  range: ranges,
  domain: domains,
  "foreign server": foreignServers,
  "text search configuration": textSearchConfigurations,
  sequence: sequences,
  function: routines,
  procedure: routines,
  "window function": routines,
  aggregate: routines,
  operator: operators,
  cast: casts,
  table: tables,
  column: columns,
  default: defaults,
  ownership: ownerships,
  constraint: constraints,
  index: indexes,
  statistics,
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

export const MADE_KINDS = Object.keys(MAKERS) as readonly MadeKind[];
