import { codeOf } from "../../errors.ts";
import { type Session, withSession } from "../../postgres/connect.ts";
import { identifier, literal } from "../../postgres/identifier.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";

/** Two processes that use the roles hold this lock together. The last one drops them. */
const LOCK = 6_313_770_187;
/** Marks the roles that are created here, so that no other role is dropped. */
const MARK = "offshoot: only for the copies on which repairs are tested";
/** A server with more roles has one for each of its users. */
const MOST = 1000;

/**
 * Runs `work` while the server of `serverUrl`, which is one of offshoot, has roles with these names. The missing ones are created
 * without any right and dropped afterwards: a copy of a database needs the roles that have rights on its objects.
 */
export async function withGrantedRoles<T>(
  serverUrl: string,
  names: readonly string[],
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const wanted = names.filter((name) => !name.startsWith("pg_") && !name.startsWith("offshoot_")).slice(0, MOST);
  return withSession(
    serverUrl,
    async (session) => {
      await session.query("select pg_catalog.pg_advisory_lock_shared($1)", [LOCK]);
      try {
        await createMissing(session, wanted);
        return await work();
      } finally {
        await session.query("select pg_catalog.pg_advisory_unlock_shared($1)", [LOCK]);
        await dropUnused(session);
      }
    },
    { signal },
  );
}

async function createMissing(session: Session, names: readonly string[]): Promise<void> {
  const missing = await session.query<{ name: string }>(
    `select n.name from pg_catalog.unnest($1::pg_catalog.text[]) n(name)
     where not exists (select from pg_catalog.pg_roles where rolname = n.name)`,
    [names],
  );
  for (const { name } of missing) {
    const role = identifier(name);
    await session
      .query(`create role ${role} nologin; comment on role ${role} is ${literal(MARK)}`)
      .catch(ignoring(SQLSTATE.duplicateObject, SQLSTATE.uniqueViolation));
  }
}

async function dropUnused(session: Session): Promise<void> {
  const [taken] = await session.query<{ isMine: boolean }>(`select pg_catalog.pg_try_advisory_lock($1) as "isMine"`, [LOCK]);
  if (taken?.isMine !== true) return;
  try {
    const created = await session.query<{ name: string }>(
      `select rolname::pg_catalog.text as name from pg_catalog.pg_roles where pg_catalog.shobj_description(oid, 'pg_authid') = $1`,
      [MARK],
    );
    // The copy of a killed process can still use one. It is dropped after the next repair.
    for (const { name } of created)
      await session.query(`drop role if exists ${identifier(name)}`).catch(ignoring(SQLSTATE.dependentObjects));
  } finally {
    await session.query("select pg_catalog.pg_advisory_unlock($1)", [LOCK]);
  }
}

function ignoring(...codes: readonly string[]): (thrown: unknown) => void {
  return (thrown) => {
    if (!codes.includes(codeOf(thrown) ?? "")) throw thrown;
  };
}
