import { codeOf, isOffshootError } from "../errors.ts";
import { connectionError } from "../postgres/connect.ts";
import { isPassing, SQLSTATE } from "../postgres/sqlstate.ts";
import { findDatabase } from "../providers/choose.ts";
import { candidates, limitsOf } from "../context/candidates.ts";
import type { Context } from "../context/context.ts";
import { takeUsageLock } from "./usage-lock.ts";
import { isThere } from "../context/locate.ts";
import type { Database } from "../providers/provider.ts";
import type { Held } from "./teardown.ts";

/** How often the last user of the same database may remove it under our feet. */
const TRIES = 3;

/** Makes a database ready for use; gives the identity (`Migrated.database`) of what it has changed, if it has. */
export type MakeReady<R> = (result: R) => Promise<string | undefined>;

/**
 * The run's database with a share in it, so that the last of all who hold one removes it. `makeReady` is done before
 * the share is taken, whose session would keep the database from becoming a base; and again when the last user of an
 * adopted database removed it meanwhile, also where another has made it anew by then. Throws what `up` and `makeReady`
 * throw.
 */
export async function holdDatabase<R extends { readonly database: Database }>(
  context: Context,
  acquire: () => Promise<R>,
  makeReady: MakeReady<R>,
): Promise<Held & R> {
  let failures = 0;
  for (;;) {
    const result = await acquire();
    try {
      const identity = await makeReady(result);
      const { directUrl } = result.database;
      const lease = await takeUsageLock(directUrl, context.signal, { identity, stays: () => isThere(context, directUrl) });
      if (lease !== undefined) return { ...result, usageLock: lease };
    } catch (thrown) {
      failures += 1;
      const isOver = failures === TRIES || context.signal.aborted;
      if (isOver || (!isGone(thrown) && (await stillThere(context))))
        throw isPassing(thrown) ? connectionError(result.database.directUrl, thrown) : thrown;
    }
    context.emit({ kind: "note", text: "the database went away before it could be used; starting over" });
  }
}

/** Known to be gone, also where somebody who started over has made another of the same name by now. */
function isGone(thrown: unknown): boolean {
  if (isOffshootError(thrown)) return thrown.facts["gone"] === true || thrown.facts["sqlstate"] === SQLSTATE.undefinedDatabase;
  // While a share was waited for: the session was ended, with or without a word, or could not begin.
  return isPassing(thrown) || GONE.includes(codeOf(thrown));
}

const GONE: readonly (string | undefined)[] = [SQLSTATE.undefinedDatabase, SQLSTATE.databaseDropped];

async function stillThere(context: Context): Promise<boolean> {
  return (await findDatabase(await candidates(context), context.name, limitsOf(context))) !== undefined;
}
