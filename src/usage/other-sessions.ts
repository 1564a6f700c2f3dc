import type { Session } from "../postgres/connect.ts";
import { oneLine } from "../visible.ts";

/** A session of somebody else in a database. */
interface Open extends Record<string, unknown> {
  readonly name: string;
  readonly user: string;
  readonly pid: number;
}

/**
 * Sessions of people and applications. Those of offshoot itself wait, or hold a lock that was asked for before. `cloud_admin` is
 * the role with which Neon watches each of its servers. A role cannot always see the names of other roles' sessions.
 */
const OTHERS = `
select coalesce(nullif(a.application_name, ''), 'a session without a name') as name, a.usename::pg_catalog.text as "user", a.pid
from pg_catalog.pg_stat_activity a
where a.datname operator(pg_catalog.=) pg_catalog.current_database()
  and a.pid operator(pg_catalog.<>) pg_catalog.pg_backend_pid()
  and a.usesysid is not null and a.usename operator(pg_catalog.<>) 'cloud_admin'
  and coalesce(a.backend_type, 'client backend') in ('client backend', 'walsender')
  and not (coalesce(a.application_name, '') operator(pg_catalog.=) 'offshoot'
    or pg_catalog.starts_with(coalesce(a.application_name, ''), 'offshoot:'))
order by a.pid`;

const MOST_NAMES = 5;

/** Who is connected to the database of `session`, for people; undefined if nobody is. */
export async function otherSessions(session: Session): Promise<string | undefined> {
  const open = await session.query<Open>(OTHERS);
  if (open.length === 0) return undefined;
  const named = open.slice(0, MOST_NAMES).map(({ name, user, pid }) => `${oneLine(name)} (user ${oneLine(user)}, pid ${pid})`);
  return `${named.join(", ")}${open.length > MOST_NAMES ? ` and ${open.length - MOST_NAMES} more` : ""}`;
}
