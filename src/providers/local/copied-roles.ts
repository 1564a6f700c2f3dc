import { deadline, jitter } from "../../deadline.ts";
import type { Listener } from "../../events.ts";
import { type Session, withSession } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import { withLock } from "../../postgres/lock.ts";
import { parseUrl } from "../../postgres/url.ts";
import { type Definition, dropUnused, existingRoles, grantMemberships, makeRoles } from "./copied-role-statements.ts";
import { holdNames, releaseNames } from "./copied-role-locks.ts";
import { type CopiedRoles, type OriginalRoles, planRoles, type RolePlan } from "./plan-roles.ts";
import { sharedPassword } from "./copied-role-password.ts";
import { ROLES_TURN } from "./left-roles.ts";
import type { RestrictedRole } from "./restricted-role.ts";

export interface CopiedRolesOptions {
  /** A new role of this process alone. */
  readonly restricted: RestrictedRole;
  readonly signal: AbortSignal;
  readonly emit: Listener;
  /** How long another process is waited for, in milliseconds. */
  readonly waitMs: number;
}

const PAUSE_MS = 500;

/**
 * Runs `work` while the server of `serverUrl` has the roles of another server, by their names: without a password and without
 * rights of their own, as members of each other as they are there. Roles belong to the whole server, so processes that need equal
 * roles share them, and a process that needs another role of the same name waits for the others. The last one drops them.
 *
 * A role of this server with such a name is used as it is. If it has rights on the whole server, it is left out.
 */
export async function withCopiedRoles<T>(
  serverUrl: string,
  original: OriginalRoles,
  options: CopiedRolesOptions,
  work: (roles: CopiedRoles) => Promise<T>,
): Promise<T> {
  const { signal } = options;
  return withSession(
    serverUrl,
    async (session) => {
      const { roles, definitions } = await prepare(session, serverUrl, original, options);
      try {
        return await work(roles);
      } finally {
        await finish(session, definitions);
      }
    },
    { signal },
  );
}

/** Creates the roles, as soon as no other process needs one of their names for another role. */
async function prepare(session: Session, serverUrl: string, original: OriginalRoles, options: CopiedRolesOptions): Promise<RolePlan> {
  const { restricted, signal, emit, waitMs } = options;
  const within = deadline("waiting for another rehearsal with roles of the same names", waitMs, signal);
  const password = sharedPassword(parseUrl(serverUrl).password, original.own);
  for (let isFirst = true; ; isFirst = false) {
    const done = await withLock(session, ROLES_TURN, within, async () => {
      await dropUnused(session);
      const existing = await existingRoles(session);
      const plan = planRoles(original, existing, password, restricted);
      const busy = await holdNames(session, plan.definitions);
      if (busy !== undefined) return { busy };
      await makeRoles(session, plan.definitions, existing);
      await grantMemberships(session, restricted.name, plan.lent);
      if (plan.lentBypass) await session.query(`alter role ${identifier(restricted.name)} bypassrls`);
      return plan;
    });
    if ("roles" in done) return done;
    if (isFirst) {
      emit({ kind: "detail", text: `Waiting for a rehearsal on the same server that uses other rights of the role ${done.busy}.` });
    }
    await within.pause(jitter(PAUSE_MS));
  }
}

async function finish(session: Session, definitions: readonly Definition[]): Promise<void> {
  // A lost session has lost its locks already. The next process drops the roles.
  if (session.lost.aborted) return;
  await releaseNames(session, definitions);
  const within = deadline("dropping the roles of copies", FINISH_MS, new AbortController().signal);
  await withLock(session, ROLES_TURN, within, () => dropUnused(session));
}

const FINISH_MS = 60_000;
