import type { DirectUrl } from "../../postgres/url.ts";
import type { RehearsedCopy } from "../../rehearsal/rehearsal.ts";

/** A copy to rehearse in. */
export interface Copy extends Pick<RehearsedCopy, "origin" | "description" | "hasProductionRows" | "gaps"> {
  readonly url: DirectUrl;
  /** Names of tables that have rows in the original, and none here. Default none. */
  readonly withoutRows?: readonly string[] | undefined;
}

/** Runs `work` in a new copy, and deletes the copy afterwards. All copies are equal. */
export type OpenCopy = <T>(work: (copy: Copy) => Promise<T>) => Promise<T>;

/** A server that is dumped, and how it is called in reports. */
export interface DumpedServer {
  readonly url: DirectUrl;
  readonly description: string;
}

/** Where copies come from. */
export interface CopySource {
  readonly dumped: DumpedServer | undefined;
  /** The fingerprint of the migrations: a base with the same one has nothing pending. */
  readonly fingerprint: string;
  /** Do not copy this run's own database, such as while it is in use. Default false. */
  readonly withoutOwn?: boolean | undefined;
}
