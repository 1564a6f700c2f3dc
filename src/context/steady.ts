import { setTimeout as timer } from "node:timers/promises";
import { jitter } from "../deadline.ts";
import { messageOf, OffshootError } from "../errors.ts";
import { isUnsteady } from "../postgres/sqlstate.ts";

/** How often, and for how many milliseconds, a schema is read at least before that is given up. */
const TRIES = 5;
const PATIENCE_MS = 30_000;

/**
 * Reads a schema that others change meanwhile, as jobs do that share a database and whose tests create and drop what
 * they need: where something vanished under `read`, or is locked, it runs again. Throws what `read` throws, and
 * `TIMED_OUT`.
 */
export async function steadily<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const begun = performance.now();
  for (let tries = 1; ; tries += 1) {
    try {
      return await read();
    } catch (thrown) {
      if (!isUnsteady(thrown)) throw thrown;
      if (tries >= TRIES && performance.now() - begun > PATIENCE_MS) throw restless(thrown, tries);
    }
    await timer(jitter(100), undefined, { signal });
  }
}

function restless(thrown: unknown, tries: number): OffshootError {
  return new OffshootError("TIMED_OUT", `The schema could not be read in ${tries} tries: ${messageOf(thrown)}.`, {
    meaning: "Others drop or lock tables in this database all the time that it is read.",
    remedy: "Read it before they begin, or when they are done.",
  });
}
