import type { Account } from "./account.ts";

/** With what a server is made and started. */
export interface Runtime {
  /** Folder of `initdb`, `postgres` and `pg_ctl`, tried to work. */
  readonly bin: string;
  /** The user that the server runs as; undefined for our own. */
  readonly account: Account | undefined;
  readonly environment: Readonly<Record<string, string>>;
}
