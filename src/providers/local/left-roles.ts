import { codeOf, messageOf } from "../../errors.ts";
import type { Listener } from "../../events.ts";
import type { Session } from "../../postgres/connect.ts";
import { tryLock, unlock } from "../../postgres/lock.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { dropUnused } from "./copied-role-statements.ts";
import { dropUnusedRestricted } from "./restricted-role.ts";

/** Key of the lock under which the roles of other servers are created and dropped. It is of the maintenance database. */
export const ROLES_TURN = "roles of other servers";

/**
 * Drops the roles of killed processes. Called after their databases were dropped: a role with objects cannot be dropped. Roles that a
 * process holds are kept. Does nothing where this role must not drop roles, or another process has its turn. A failure is a warning.
 */
export async function dropLeftRoles(session: Session, emit: Listener): Promise<void> {
  try {
    await dropUnusedRestricted(session);
    const [own] = await session.query<{ isHere: boolean }>(
      `select pg_catalog.current_database() operator(pg_catalog.=) 'postgres' as "isHere"`,
    );
    if (own?.isHere !== true || !(await tryLock(session, ROLES_TURN))) return;
    try {
      await dropUnused(session);
    } finally {
      if (!session.lost.aborted) await unlock(session, ROLES_TURN);
    }
  } catch (thrown) {
    if (codeOf(thrown) === SQLSTATE.insufficientPrivilege) return;
    emit({ kind: "warning", text: `Could not drop the roles that a killed process left: ${messageOf(thrown)}` });
  }
}
