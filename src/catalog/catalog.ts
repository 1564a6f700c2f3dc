import type { Comment } from "./comments.ts";
import type { Constraint } from "./constraints.ts";
import type { Composite, Domain, Enum, Range } from "./datatypes.ts";
import type { DefaultPrivilege, Grant } from "./grants.ts";
import type { Index } from "./indexes.ts";
import type { Cast, Collation, Operator, Statistics, TextSearchConfiguration } from "./operators.ts";
import type { OperatorClass, OperatorFamily } from "./operator-classes.ts";
import type { Policy } from "./policies.ts";
import type { Table, View } from "./relations.ts";
import type { ForeignServer, Publication } from "./replication.ts";
import type { Routine } from "./routines.ts";
import type { Extension, Schema } from "./schemas.ts";
import type { Sequence } from "./sequences.ts";
import type { EventTrigger, Rule, Trigger } from "./triggers.ts";

/** All objects of a database, by kind. Each list is sorted by `id` in byte order. */
export interface Contents {
  readonly schemas: readonly Schema[];
  readonly extensions: readonly Extension[];
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  readonly constraints: readonly Constraint[];
  readonly indexes: readonly Index[];
  readonly sequences: readonly Sequence[];
  readonly routines: readonly Routine[];
  readonly triggers: readonly Trigger[];
  readonly rules: readonly Rule[];
  readonly policies: readonly Policy[];
  readonly enums: readonly Enum[];
  readonly domains: readonly Domain[];
  readonly composites: readonly Composite[];
  readonly ranges: readonly Range[];
  readonly collations: readonly Collation[];
  readonly operators: readonly Operator[];
  readonly operatorFamilies: readonly OperatorFamily[];
  readonly operatorClasses: readonly OperatorClass[];
  readonly casts: readonly Cast[];
  readonly textSearchConfigurations: readonly TextSearchConfiguration[];
  readonly statistics: readonly Statistics[];
  readonly eventTriggers: readonly EventTrigger[];
  readonly publications: readonly Publication[];
  readonly foreignServers: readonly ForeignServer[];
  readonly grants: readonly Grant[];
  readonly defaultPrivileges: readonly DefaultPrivilege[];
  readonly comments: readonly Comment[];
}

export type ContentKind = keyof Contents;

export interface ServerFacts {
  /** As in `server_version_num`: 180004. */
  readonly version: number;
  readonly major: number;
  readonly database: string;
  readonly encoding: string;
}

/** The contents of a database as plain JSON. It has no oids, so that the catalogs of two databases can be compared. */
export interface Catalog extends Contents {
  readonly server: ServerFacts;
}
