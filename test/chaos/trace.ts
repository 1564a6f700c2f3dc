import { type Row, type Session, withSession } from "../support/session.ts";

/** One step of a migration command, with the database's time before and after it. */
export interface Trace extends Row {
  /** Each start of a command has a token. A process that it leaves running has the same token. */
  readonly token: string;
  readonly run: string;
  readonly version: number;
  readonly step: "begin" | "tick" | "fork-tick" | "fail" | "end";
  /** Process id of the client. */
  readonly pid: number;
  /** Port to which the client connected. */
  readonly port: number;
  /** Epoch of the leader at that time. */
  readonly epoch: number;
  readonly before: Date;
  readonly after: Date;
  /** In the "begin" row: sessions and processes of earlier commands that still exist. */
  readonly seen: { readonly sessions: readonly unknown[]; readonly processes: readonly number[] } | null;
}

/** A change of a readiness marker's state. */
export interface StateChange extends Row {
  readonly run: string;
  readonly fingerprint: string;
  readonly state: string;
  readonly epoch: number;
  readonly at: Date;
}

/**
 * Creates a witness that offshoot does not write: a table in which every step of a command is one statement, and a table
 * that a trigger fills with the changes of the readiness markers. A step takes 30 ms, so that commands that overlap are seen.
 */
export async function prepareTrace(session: Session): Promise<void> {
  await session.query(`
    create schema chaos;
    create table chaos.trace (id bigserial, token text, run text, version int, step text, pid int, port int, epoch int,
      backend int, backend_start timestamptz, seen jsonb, before timestamptz, after timestamptz);
    create table chaos.states (id bigserial, run text, fingerprint text, state text, epoch int, at timestamptz default clock_timestamp());
    create function chaos.earlier(own text) returns jsonb language sql as $$
      select coalesce(jsonb_agg(distinct jsonb_build_object('pid', a.pid, 'name', a.application_name)), '[]')
        from pg_stat_activity a join chaos.trace t on t.backend = a.pid and t.backend_start = a.backend_start
       where t.token <> own $$;
    create function chaos.step(token text, run text, version int, step text, pid int, port int, seen jsonb) returns void language plpgsql as $$
      declare began timestamptz := clock_timestamp(); begin
      perform pg_sleep(0.03);
      insert into chaos.trace (token, run, version, step, pid, port, epoch, backend, backend_start, seen, before, after)
      select $1, $2, $3, $4, $5, $6, (select max(r.epoch) from offshoot.readiness r), a.pid, a.backend_start, $7, began, clock_timestamp()
        from pg_stat_activity a where a.pid = pg_backend_pid();
    end $$;
    create function chaos.note() returns trigger language plpgsql as $$ begin
      if tg_op = 'INSERT' or old.state <> new.state or old.epoch <> new.epoch then
        insert into chaos.states (run, fingerprint, state, epoch) values (new.run, new.fingerprint, new.state, new.epoch);
      end if;
      return null;
    end $$;
    create function chaos.watch() returns event_trigger language plpgsql as $$ begin
      if exists (select from pg_event_trigger_ddl_commands() where object_identity = 'offshoot.readiness' and command_tag = 'CREATE TABLE') then
        create trigger chaos after insert or update on offshoot.readiness for each row execute function chaos.note();
      end if;
    end $$;
    create event trigger chaos on ddl_command_end when tag in ('CREATE TABLE') execute function chaos.watch()`);
}

export function readTrace(url: string): Promise<{ traces: readonly Trace[]; states: readonly StateChange[] }> {
  return withSession(url, async (session) => ({
    traces: await session.query<Trace>(
      "select token, run, version, step, pid, port, epoch, seen, before, after from chaos.trace order by before, id",
    ),
    states: await session.query<StateChange>("select run, fingerprint, state, epoch, at from chaos.states order by id"),
  }));
}
