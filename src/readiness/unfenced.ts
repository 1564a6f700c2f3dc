import type { Listener } from "../events.ts";
import type { Session } from "../postgres/connect.ts";
import { oneLine } from "../visible.ts";
import { IS_RECORDED } from "./sessions.ts";

/** Names that one message shows. */
const MOST_NAMES = 5;

/** The leader whose command may have opened the sessions: the present one by its epoch, or an earlier one by its start. */
export type Since = { readonly epoch: number } | { readonly startedAt: Date };

/**
 * The names of the sessions in this database that our role has opened since a leader began, without those of offshoot and those that
 * passed its broker. The command can have opened them, at another URL or with `dblink`, or another program of the user. Nothing shows
 * which one, so they are reported and never ended.
 */
export async function unfencedSessions(session: Session, since: Since): Promise<readonly string[]> {
  const isEpoch = "epoch" in since;
  const start = isEpoch
    ? "(select pg_catalog.max(r.started_at) from offshoot.readiness r where r.epoch = $1::integer)"
    : "$1::pg_catalog.timestamptz";
  const rows = await session.query<{ name: string }>(
    `select pg_catalog.left(a.application_name, 64) as name from pg_catalog.pg_stat_activity a
      where a.datname = pg_catalog.current_database() and a.backend_type = 'client backend' and a.pid <> pg_catalog.pg_backend_pid()
        and a.usename = current_user and a.backend_start > ${start} and not pg_catalog.starts_with(a.application_name, 'offshoot')
        and not exists (select from offshoot.sessions s where ${IS_RECORDED})
      limit 100`,
    [isEpoch ? since.epoch : since.startedAt],
  );
  return rows.map(({ name }) => (name === "" ? "without a name" : oneLine(name)));
}

/** What is seen of such sessions while a command runs. */
export interface UnfencedWatch {
  /** Looks once. A failure has no effect: the heartbeat reports a database that does not answer. */
  look(): Promise<void>;
  /** Reports what was seen, in one line. */
  report(emit: Listener): void;
}

export function watchUnfenced(session: Session, epoch: number): UnfencedWatch {
  const seen = new Set<string>();
  let most = 0;
  return {
    async look() {
      const names = await unfencedSessions(session, { epoch }).catch(() => []);
      most = Math.max(most, names.length);
      for (const name of names) seen.add(name);
    },
    report(emit) {
      if (most === 0) return;
      const text = `${countOf(most)} (${namesOf(seen)}) did not pass offshoot's broker while the migration command ran. If the command opened ${most === 1 ? "it" : "them"}, ${most === 1 ? "it is" : "they are"} not fenced: use only DATABASE_URL there.`;
      emit({ kind: "warning", text });
    },
  };
}

/** Reports, in one line, the sessions that the command of an ended leader may have left. */
export async function reportLeftUnfenced(session: Session, startedAt: Date | undefined, emit: Listener): Promise<void> {
  const names = startedAt === undefined ? [] : await unfencedSessions(session, { startedAt });
  if (names.length === 0) return;
  const text = `${countOf(names.length)} (${namesOf(new Set(names))}) did not pass offshoot's broker, and can be of the ended leader's command. ${names.length === 1 ? "It was" : "They were"} not ended, because another program may use ${names.length === 1 ? "it" : "them"}.`;
  emit({ kind: "warning", text });
}

function countOf(count: number): string {
  return count === 1 ? "A database session" : `${count} database sessions`;
}

function namesOf(names: ReadonlySet<string>): string {
  const shown = [...names].slice(0, MOST_NAMES).join(", ");
  return names.size > MOST_NAMES ? `${shown}, …` : shown;
}
