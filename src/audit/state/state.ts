import type { Session } from "../../postgres/connect.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import type { Spec } from "../spec/spec.ts";
import { readBodies, type BrokenBody, type NotChecked } from "./bodies.ts";
import { readCollations, type StaleCollation } from "./collations.ts";
import { readSequences, type SequencePosition } from "./sequences.ts";
import { readUnenforced, type UnenforcedConstraint } from "./unenforced.ts";
import { headTables, readVersions, type VersionReading } from "./versions.ts";

/** What the rules need beside the catalog. It differs between databases with the same schema. */
export interface DatabaseState {
  /** By quoted table name. */
  readonly versions: ReadonlyMap<string, VersionReading>;
  /** By quoted name. */
  readonly sequences: ReadonlyMap<string, SequencePosition>;
  readonly collations: readonly StaleCollation[];
  readonly bodies: readonly BrokenBody[] | NotChecked;
  readonly unenforced: readonly UnenforcedConstraint[];
}

/** The state where nothing was read: no rule finds a problem in it. */
export const UNKNOWN_STATE: DatabaseState = { versions: new Map(), sequences: new Map(), collations: [], bodies: [], unenforced: [] };

/** Reads the state with a few read-only statements. Throws the server's error. */
export async function readState(session: Session, catalog: Catalog, spec: Spec | undefined): Promise<DatabaseState> {
  return {
    versions: await readVersions(session, [...headTables(catalog), ...(spec?.migrations ?? [])]),
    sequences: await readSequences(session),
    collations: await readCollations(session, catalog.server.major),
    bodies: await readBodies(session),
    unenforced: await readUnenforced(session),
  };
}
