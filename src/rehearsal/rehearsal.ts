import type { FindingsResult } from "../findings/result.ts";
import type { RehearsalFinding } from "./finding.ts";
import type { SchemaDiff } from "../drift/diff/schema-diff.ts";
import type { Measured, UnjudgedWait } from "./measured.ts";
import type { MeasuredTraffic } from "./traffic/traffic.ts";

/** The database in which migrations were rehearsed. */
export interface RehearsedCopy {
  /** `parent`: a branch of production. `dump`: from `--from`. `local`: with the rows that a local database has. */
  readonly origin: "parent" | "dump" | "local";
  /** Without secrets, such as `Neon branch main`. */
  readonly description: string;
  /** The database or base that was copied. Missing for a branch of production and a dump. */
  readonly name?: string | undefined;
  /** When that database was created; ISO 8601. */
  readonly createdAt?: string | undefined;
  /** Whether it had no migration and no table. Then nothing was judged on rows. */
  readonly isEmpty: boolean;
  /** How many of the migrations it had. Missing where offshoot does not know the tool's version table. */
  readonly applied?: number | undefined;
  /** How many of the migrations it did not have. Missing like `applied`. */
  readonly pending?: number | undefined;
  /** Whether the rows are those of production, as far as offshoot knows. */
  readonly hasProductionRows: boolean;
  readonly postgresMajor: number;
  /** What of the original is missing in it, in sentences. */
  readonly gaps: readonly string[];
  /** What could reach other systems from it, and whether that was disabled. `created`: by the migrations, which nobody knew before. */
  readonly outbound: readonly { readonly name: string; readonly state: "disabled" | "active" | "created" }[];
}

/** What the pending migrations did to a copy. It is printed as JSON in this form. */
export interface Rehearsal extends FindingsResult<RehearsalFinding>, Measured {
  readonly version: 1;
  readonly command: "rehearse";
  readonly copy: RehearsedCopy;
  /** `nothing-pending`: the command changed nothing. All migrations had run only if `copy.pending` is 0. */
  readonly outcome: "succeeded" | "failed" | "nothing-pending";
  /** Waits that are longer than their limits, and are not findings because this machine was too busy to judge them. */
  readonly unjudged: readonly UnjudgedWait[];
  /** Path of the working directory, relative to the top of the checkout; empty at the top. */
  readonly folder: string;
  /** What the migrations changed in the schema. Missing when they failed. */
  readonly schema?: RehearsedSchema;
  /** What the traffic of `--traffic` met, on a copy of its own. */
  readonly traffic?: MeasuredTraffic;
}

/** The schema of the copy before and after the migrations. */
export type RehearsedSchema = Pick<SchemaDiff, "before" | "after" | "changes">;
