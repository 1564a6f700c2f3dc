import type { TestServer } from "../../support/server.ts";

/** Where the database of a schedule is. */
export interface Stage {
  /** The URL of the database, without the proxy. */
  readonly url: string;
  /** The server, if faults may restart it. */
  readonly server: TestServer | undefined;
  /** Flags and environment with which `offshoot migrate` finds the database. `CHAOS_URL` is the URL, possibly through the proxy. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Checks the database after the schedule. Returns what is wrong. */
  check(): Promise<readonly string[]>;
  remove(): Promise<void>;
}
