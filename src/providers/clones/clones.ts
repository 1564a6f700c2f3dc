import { deadline } from "../../deadline.ts";
import { isOffshootError, OffshootError } from "../../errors.ts";
import { MAX_TTL_MS } from "../../identity/expiry.ts";
import { sqlstateOf } from "../../postgres/server-failure.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { withinSession } from "../local/server.ts";
import type { Clone, CloneOptions, CloneServer, Refusal } from "../provider.ts";
import { createClone, requireName } from "./clone.ts";
import { makeSource } from "./source.ts";
import type { SourceCheck } from "./types.ts";

/** Time limit of one call, in milliseconds. */
const CALL_MS = 120_000;

/** `Database.clone` of every provider. `check` decides whether the state of the run's database may be cloned; default any may. */
export async function cloneOf(clones: CloneServer | Refusal, options: CloneOptions = {}, check?: SourceCheck): Promise<Clone> {
  requireObject(options);
  const { name, signal } = options;
  const server = requireClones(clones);
  if (name !== undefined) requireName(name);
  const within = deadline("creating a clone", CALL_MS, signal);
  const { source, close } = await makeSource(server, within, { check }).catch((thrown: unknown) => {
    throw sqlstateOf(thrown) === SQLSTATE.undefinedDatabase && !isOffshootError(thrown) ? deleted(thrown) : thrown;
  });
  try {
    const request = { name, expiresAt: expiryOf(server) };
    return await withinSession(source.url, within, (session) => createClone(session, source, request, within));
  } finally {
    await close();
  }
}

/** JavaScript does not check it, and `clone("x")` would make a clone with another name. */
function requireObject(options: unknown): void {
  if (typeof options === "object" && options !== null) return;
  throw new OffshootError("CONFIG_INVALID", "The options of clone() must be an object.", {
    remedy: 'Write them by name, such as { name: "before-import" }.',
  });
}

function deleted(cause: unknown): OffshootError {
  return new OffshootError("DATABASE_UNKNOWN", "No clone was made, because the run's database does not exist any more.", {
    remedy: "Call up() again, and clone() of the database that it returns.",
    cause,
  });
}

/** The server of the clones. Throws `PROVIDER_REJECTED` when the provider makes none. */
export function requireClones(clones: CloneServer | Refusal): CloneServer {
  if (!("kind" in clones)) return clones;
  throw new OffshootError("PROVIDER_REJECTED", `${clones.provider}: ${clones.text}`, {
    remedy: clones.remedy,
    facts: { provider: clones.provider, refusal: clones.code },
  });
}

/** A clone expires with its run's database. */
export function expiryOf({ tag }: CloneServer): Date {
  return tag.expires === undefined ? new Date(Date.now() + MAX_TTL_MS) : new Date(tag.expires);
}
