import { candidates, limitsOf } from "./candidates.ts";
import { type CommonOptions, prepare } from "./context.ts";
import { type Marker, readMarkers } from "./gate/marker.ts";
import { withSession } from "./postgres/connect.ts";
import { findDatabase } from "./providers/choose.ts";
import type { Database } from "./providers/provider.ts";

export interface StatusOptions extends CommonOptions {}

export interface Status {
  readonly run: string;
  readonly name: string;
  /** Undefined when the run has no database. */
  readonly database: Pick<Database, "id" | "provider" | "expiresAt" | "postgresMajor"> | undefined;
  /** The gate's rows, newest first: who migrates or migrated what, and how it ended. */
  readonly markers: readonly Marker[];
}

/** What this run has and what it waits for. A run without a database is a status, not an error. */
export async function status(options: StatusOptions = {}): Promise<Status> {
  const context = await prepare(options);
  const database = await findDatabase(await candidates(context), context.name, limitsOf(context));
  const markers = database === undefined ? [] : await withSession(database.directUrl, readMarkers, { signal: context.signal });
  return { run: context.run.key, name: context.name, database, markers };
}
