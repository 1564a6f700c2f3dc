import type { Session } from "../../postgres/connect.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import type { Spec } from "../spec/spec.ts";
import { readBodies, type BrokenBody } from "./bodies.ts";
import { readCollations, type StaleCollation } from "./collations.ts";
import { readSequences, type SequencePosition } from "./sequences.ts";
import { readUnenforced, type UnenforcedConstraint } from "./unenforced.ts";
import { headTables, readVersions, type VersionReading } from "./versions.ts";

/** What checks want to know of a database beside its catalog: it differs between databases of one schema. */
export interface DatabaseState {
  /** By quoted table name. */
  readonly versions: ReadonlyMap<string, VersionReading>;
  /** By quoted name. */
  readonly sequences: ReadonlyMap<string, SequencePosition>;
  readonly collations: readonly StaleCollation[];
  readonly bodies: readonly BrokenBody[];
  readonly unenforced: readonly UnenforcedConstraint[];
}

/** The state of which nothing is known: no check finds anything in it. */
export const UNKNOWN_STATE: DatabaseState = { versions: new Map(), sequences: new Map(), collations: [], bodies: [], unenforced: [] };

/** Reads it, read only, in a few statements. Throws the server's error. */
export async function readState(session: Session, catalog: Catalog, spec: Spec | undefined): Promise<DatabaseState> {
  return {
    versions: await readVersions(session, [...headTables(catalog), ...(spec?.migrations ?? [])]),
    sequences: await readSequences(session),
    collations: await readCollations(session, catalog.server.major),
    bodies: await readBodies(session),
    unenforced: await readUnenforced(session),
  };
}
