import type { Branch, Endpoint } from "./state.ts";

/** Runs Postgres servers for branches and computes. Without it nothing listens at their addresses. */
export interface Storage {
  /** The folder of all data. */
  readonly home: string;
  /** The file with the certificate of the authority that clients must trust. Undefined: the computes do not use TLS. */
  readonly rootFile: string | undefined;
  /** Returns addresses for the endpoint that work from now on. A connection starts its compute, unless `refusal` returns a text for the client. */
  open(endpoint: Endpoint, refusal?: () => string | undefined): Promise<{ readonly host: string; readonly poolerHost: string }>;
  /** Gives an inserted branch the data of its parent when it is first needed. */
  inherit(branch: Branch, source: Branch): void;
  /** Copies the present data of the source, or only its schema, into a new branch. */
  copy(branch: Branch, source: Branch, how?: { readonly schemaOnly: boolean }): Promise<void>;
  /** Replaces the data of a branch with a copy of the source's data. The old data is moved to `keptAs`, if given. */
  restore(branch: Branch, source: Branch, keptAs: Branch | undefined): Promise<void>;
  start(endpoint: Endpoint): Promise<void>;
  suspend(endpoint: Endpoint): Promise<void>;
  /** Ends a compute like a crash. */
  kill(endpoint: Endpoint): Promise<void>;
  /** Changes the roles, passwords and databases of the branch to match the state. */
  configure(branch: Branch): Promise<void>;
  /** Ends the sessions of the database. */
  renameDatabase(branch: Branch, from: string, to: string): Promise<void>;
  /** The schema of a database of the branch, as SQL. */
  schema(branch: Branch, database: string): Promise<string>;
  close(endpoint: Endpoint): Promise<void>;
  drop(branch: Branch): Promise<void>;
  /** Stops all servers and deletes all data. */
  end(): Promise<void>;
}
