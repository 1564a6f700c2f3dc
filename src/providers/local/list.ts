import type { Session } from "../../postgres/connect.ts";
import type { Listed } from "../provider.ts";
import { parseComment } from "./comment.ts";
import type { Bounds, ClusterHost, Server } from "./host.ts";
import { isScratch, toFullName } from "./names.ts";

interface Row extends Record<string, unknown> {
  readonly name: string;
  readonly comment: string | null;
  readonly sessions: number;
  readonly sizeBytes: number | null;
}

/** Everything under our prefix on a server that runs. */
export async function listServer(host: ClusterHost, server: Server, session: Session): Promise<Listed[]> {
  // The inner select looks a database up by its oid once more: a size asked of one that was just dropped is an error.
  const rows = await session.query<Row>(
    `select datname as name, shobj_description(d.oid, 'pg_database') as comment,
       (select count(*)::int from pg_stat_activity a where a.datid = d.oid and a.pid <> pg_backend_pid()) as sessions,
       (select pg_database_size(e.oid)::float8 from pg_database e where e.oid = d.oid
         and has_database_privilege(e.oid, 'connect')) as "sizeBytes"
     from pg_database d where starts_with(datname, 'offshoot_') order by datname`,
  );
  return rows.map((row) => listed(host, server.id, row));
}

/** What a stopped server keeps on disk; it is not started for that. */
export async function listSleepers(host: ClusterHost, bounds: Bounds): Promise<Listed[]> {
  const asleep = await host.asleep?.(bounds);
  if (asleep === undefined || asleep === "unknown") return [];
  return asleep.map(({ name, comment }) => listed(host, "stopped", { name, comment, sessions: 0, sizeBytes: null }));
}

function listed(host: ClusterHost, server: string, { name, comment, sessions, sizeBytes }: Row): Listed {
  const { tag, lastUsedAt } = parseComment(comment);
  const broken = isScratch(name);
  return {
    provider: host.provider,
    id: `${server}/${name}`,
    name: toFullName(name, tag),
    kind: broken ? "run" : (tag?.kind ?? "foreign"),
    tag,
    createdAt: tag === undefined ? undefined : new Date(tag.created),
    expiresAt: tag?.expires === undefined ? undefined : new Date(tag.expires),
    lastUsedAt,
    sessions,
    sizeBytes: sizeBytes ?? undefined,
    guarded: undefined,
    parentId: undefined,
    broken,
  };
}
