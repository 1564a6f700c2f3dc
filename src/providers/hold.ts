import type { Session } from "../postgres/connect.ts";
import type { DirectUrl } from "../postgres/url.ts";

/** What keeps others from a database while it is deleted. */
export interface Hold {
  /** Called once, after the deletion. `isDeleted` false: the database is kept, and others may use it again. */
  end(isDeleted: boolean): Promise<void>;
}

/**
 * Called with the URL of a database before its deletion, and with the names of all databases that are deleted with it; undefined: all
 * of its server. `server`: a session in another database of it, if there is one. Nothing is deleted when it throws.
 */
export type Holding = (url: DirectUrl, databases: readonly string[] | undefined, server?: Session) => Promise<Hold | undefined>;
