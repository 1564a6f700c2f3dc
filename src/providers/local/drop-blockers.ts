import type { Session } from "../../postgres/connect.ts";
import { identifier, literal } from "../../postgres/identifier.ts";

/**
 * Removes what migrations can leave in a database so that Postgres does not drop it: prepared transactions, subscriptions, and
 * a session that reads from a replication slot. A subscription is separated from its slot first, which can be on another server.
 */
export async function removeBlockers(session: Session, database: string): Promise<void> {
  await session.query(
    "select pg_catalog.pg_terminate_backend(active_pid, 2000) from pg_catalog.pg_replication_slots where database = $1 and active_pid is not null",
    [database],
  );
  const [found] = await session.query<{ prepared: string[]; subscriptions: string[] }>(
    `select array(select gid from pg_catalog.pg_prepared_xacts where database = $1) as prepared,
       array(select s.subname::pg_catalog.text from pg_catalog.pg_subscription s join pg_catalog.pg_database d on d.oid = s.subdbid where d.datname = $1) as subscriptions`,
    [database],
  );
  if (found === undefined || session.other === undefined || found.prepared.length + found.subscriptions.length === 0) return;
  const inside = await session.other(database);
  try {
    // First, because a prepared transaction holds its locks.
    for (const gid of found.prepared) await inside.query(`rollback prepared ${literal(gid)}`);
    for (const name of found.subscriptions) {
      await inside.query(`alter subscription ${identifier(name)} disable`);
      await inside.query(`alter subscription ${identifier(name)} set (slot_name = none)`);
      await inside.query(`drop subscription ${identifier(name)}`);
    }
  } finally {
    await inside.close();
  }
}
