import { isOffshootError, messageOf } from "../../errors.ts";
import { withSession } from "../../postgres/connect.ts";
import { sqlstateOf } from "../../postgres/server-failure.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { withDatabase } from "../../postgres/url.ts";
import { connectionOf, fetchUrls } from "./connection.ts";
import type { Hold, Holding } from "../hold.ts";
import { openDatabase } from "./database.ts";
import type { Setup } from "./options.ts";
import type { Branch, CallContext } from "./types.ts";

/** Milliseconds to open a branch that is about to be deleted. Its server runs already. */
const OPEN_MS = 10_000;

/**
 * Keeps others from a branch while it is deleted. Whoever uses it has a session, so its server runs: a server that is stopped is not
 * started for this. A branch that cannot be opened is deleted too, with a note, unless `isStrict` is set.
 */
export async function holdBranch(
  setup: Setup,
  branch: Branch,
  { hold, isStrict }: { readonly hold: Holding | undefined; readonly isStrict: boolean },
  { deadline, emit }: CallContext,
): Promise<Hold | undefined> {
  if (hold === undefined) return undefined;
  const withinMs = Math.min(OPEN_MS, deadline.leftMs() / 2);
  const own = { deadline: setup.dependencies.deadline(`opening the Neon branch ${branch.name}`, withinMs, deadline.signal), emit };
  let url: Parameters<Holding>[0] | undefined;
  try {
    const isActive = (await setup.api.endpoints(own)).some((endpoint) => endpoint.branchId === branch.id && endpoint.isActive);
    const acquired = { branch, created: undefined, base: undefined };
    url = isActive ? (await openDatabase(setup, acquired, own, () => Promise.resolve()))?.directUrl : undefined;
  } catch (thrown) {
    deadline.check();
    const elsewhere = refusesSessions(thrown) ? await holdFromElsewhere(setup, branch, hold, own) : undefined;
    if (elsewhere !== undefined) return elsewhere.hold;
    if (isStrict) throw thrown;
    emit({ kind: "note", text: `Whether other processes use ${branch.name} is not known: ${messageOf(thrown)}` });
  }
  return url && hold(url, undefined);
}

/** A migration can forbid new sessions in the branch's database: with `allow_connections false`, or with a limit of connections. */
function refusesSessions(thrown: unknown): boolean {
  const code = sqlstateOf(thrown);
  return code === SQLSTATE.notInPrerequisiteState || code === SQLSTATE.tooManyConnections;
}

/** The database that each compute has beside the project's own. */
const MAINTENANCE = "postgres";

/**
 * Nobody can begin to use a database that refuses sessions, and the locks of those that began before are seen from another one.
 * Undefined when that database cannot be opened either. Throws the refusal of `hold` when somebody uses the branch.
 */
async function holdFromElsewhere(
  setup: Setup,
  branch: Branch,
  hold: Holding,
  own: CallContext,
): Promise<{ readonly hold: Hold | undefined } | undefined> {
  const { directUrl } = await fetchUrls(setup, branch.id, await connectionOf(setup, branch.id, own), own);
  const look = { applicationName: "offshoot:down", connectMs: OPEN_MS, queryMs: OPEN_MS, signal: own.deadline.signal };
  try {
    return { hold: await withSession(withDatabase(directUrl, MAINTENANCE), (server) => hold(directUrl, undefined, server), look) };
  } catch (thrown) {
    if (isOffshootError(thrown) && thrown.facts["users"] !== undefined) throw thrown;
    return undefined;
  }
}
