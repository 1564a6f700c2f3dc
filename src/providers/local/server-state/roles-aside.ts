import { randomBytes } from "node:crypto";
import { withSession } from "../../../postgres/connect.ts";
import { identifier } from "../../../postgres/identifier.ts";
import { readServerState, type ServerState } from "./facts.ts";
import { rolesMade } from "./undo.ts";

/**
 * Runs `work` while the roles that these texts have created since `before` have other names. Two states of the same migrations can be
 * on one server then: what the roles own and have stays theirs.
 */
export async function withRolesAside<T>(
  serverUrl: string,
  before: ServerState,
  texts: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const suffix = randomBytes(6).toString("hex");
  const made = await withSession(serverUrl, async (session) => {
    const roles = rolesMade(before, await readServerState(session), texts).map((name, at) => ({
      name,
      other: `offshoot_aside_${suffix}_${at}`,
    }));
    for (const { name, other } of roles) await session.query(`alter role ${identifier(name)} rename to ${identifier(other)}`);
    return roles;
  });
  try {
    return await work();
  } finally {
    await withSession(serverUrl, async (session) => {
      for (const { name, other } of made) await session.query(`alter role ${identifier(other)} rename to ${identifier(name)}`);
    });
  }
}
