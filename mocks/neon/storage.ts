import type { Branch, Endpoint } from "./state.ts";

/** What backs branches and computes with something that can be connected to. Without one they exist on paper only. */
export interface Storage {
  /** The folder that holds all data. */
  readonly home: string;
  /** Gives the endpoint addresses that reach it from now on; connecting wakes its compute. */
  open(endpoint: Endpoint): Promise<{ readonly host: string; readonly poolerHost: string }>;
  /** Fills a new branch with a copy of what its source holds now, or of its schema. */
  copy(branch: Branch, source: Branch, how?: { readonly schemaOnly: boolean }): Promise<void>;
  /** Replaces the data of a branch by a copy of the source's; the old data goes to `keptAs`, if given. */
  restore(branch: Branch, source: Branch, keptAs: Branch | undefined): Promise<void>;
  start(endpoint: Endpoint): Promise<void>;
  suspend(endpoint: Endpoint): Promise<void>;
  /** Ends a compute as a crash does. */
  kill(endpoint: Endpoint): Promise<void>;
  /** Makes roles, passwords and databases of the branch what the state says. */
  configure(branch: Branch): Promise<void>;
  close(endpoint: Endpoint): Promise<void>;
  drop(branch: Branch): Promise<void>;
  /** Ends all servers and removes all data. */
  end(): Promise<void>;
}
