import type { Session } from "../postgres/connect.ts";
import type { Caller, View } from "./decide.ts";
import { readHolder } from "./lock.ts";
import { databaseIdentity, readMarkers } from "./marker.ts";
import type { ReadinessRequest } from "./request.ts";

/** One look at the database: where we are, what time it is, all markers, and who holds the lock. */
export async function look(session: Session): Promise<View> {
  // The time comes first: what is written while we read counts as written after our arrival.
  const identity = await databaseIdentity(session);
  const holder = await readHolder(session);
  return { ...identity, holder, markers: await readMarkers(session) };
}

/** The request as `decide` needs it. */
export function askerOf(request: ReadinessRequest, arrivedAt: Date): Caller {
  const { run, fingerprint, invocation, attempt, retry } = request;
  return { run, fingerprint, invocation, attempt, retry, leaseMs: request.timings.leaseMs, arrivedAt };
}

/** What the migration's own sessions are doing, for people: `active 12 s, waits for Lock/relation`. */
export async function describeSessions(session: Session): Promise<string | undefined> {
  const [row] = await session.query<{ text: string | null }>(
    `select string_agg(format('%s for %s s%s', state, round(extract(epoch from clock_timestamp() - state_change)),
         case when wait_event is null then '' else ', waits for ' || wait_event_type || '/' || wait_event end), '; ') as text
       from pg_stat_activity where datname = current_database() and application_name like 'offshoot:migrate:%'`,
  );
  return row?.text ?? undefined;
}
