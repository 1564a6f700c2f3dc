import type { VenueName } from "../plans.ts";

/** A database that exists at a provider, as seen without offshoot. */
export interface Existing {
  readonly name: string;
  readonly repository: string | undefined;
  readonly run: string | undefined;
  readonly expires: Date | undefined;
}

/** Something that looks like ours, and must still exist at the end. */
export interface Decoy {
  readonly what: string;
  exists(): Promise<boolean>;
  remove(): Promise<void>;
}

/** A place where databases are created. All schedules of a series share it. */
export interface Venue {
  readonly name: VenueName;
  /** The environment in which offshoot uses it. */
  readonly env: Readonly<Record<string, string>>;
  /** Texts that no output may contain. */
  readonly secrets: readonly string[];
  /** The databases of a repository. Bases are left out. */
  list(repository: string): Promise<readonly Existing[]>;
  /** Moves the expiry of the databases of a repository to now, as if hours had passed. Returns when it is over. */
  expire(repository: string): Promise<void>;
  /** Creates what must survive in this repository. */
  plant(repository: string): Promise<readonly Decoy[]>;
  end(): Promise<readonly string[]>;
}
