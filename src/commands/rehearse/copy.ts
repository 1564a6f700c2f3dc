import type { Migrations } from "../../context/migrations.ts";
import type { Session } from "../../postgres/connect.ts";
import type { DirectUrl } from "../../postgres/url.ts";
import type { Copy as DatabaseCopy, Database } from "../../providers/provider.ts";
import type { MissingInCopy } from "../../rehearsal/judge/missing.ts";
import type { Lacks } from "../../rehearsal/lacks.ts";
import type { RehearsedCopy } from "../../rehearsal/rehearsal.ts";
import type { RoleInCopy } from "../../rehearsal/shown-schema.ts";

/** A copy to rehearse in. */
export interface Copy extends Pick<RehearsedCopy, "origin" | "description" | "name" | "createdAt" | "hasProductionRows" | "gaps"> {
  readonly url: DirectUrl;
  /** What the tables of the original have and these do not. Default nothing. */
  readonly missing?: MissingInCopy | undefined;
  /** Receives the statements that were sent: they show what the migrations changed on the whole server. */
  readonly sent?: ((statements: readonly string[]) => void) | undefined;
  /** The role of its sessions, where it has another name than that of production. */
  readonly role?: RoleInCopy | undefined;
  /** What production has and this copy does not. Undefined: it is production's own state. */
  readonly lacks?: Lacks | undefined;
}

/** Runs `work` in a new copy, and deletes the copy afterwards. All copies are equal. */
export type OpenCopy = <T>(work: (copy: Copy) => Promise<T>) => Promise<T>;

/** A server that is dumped, and how it is called in reports. */
export interface DumpedServer {
  readonly url: DirectUrl;
  readonly description: string;
}

/** This run's own database, on a server where copies are cheap. */
export interface OwnDatabase extends Pick<Database, "name" | "provider" | "tag"> {
  /** URL of the maintenance database of its server. */
  readonly serverUrl: string;
  /** Runs `work` in a session of it. */
  read<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Throws `DATABASE_IN_USE` when a copy is impossible now because of others. */
  copy(signal: AbortSignal): Promise<DatabaseCopy>;
}

/** Where copies come from. */
export interface CopySource {
  readonly dumped: DumpedServer | undefined;
  readonly migrations: Migrations;
  /** The server that the migrations are about to change, if it is not this run's: dumped where Neon has no parent of it. */
  readonly target?: DumpedServer | undefined;
  /** This run's database, which the migrations are about to change. Default: this run's database is looked up. */
  readonly own?: OwnDatabase | undefined;
}
