import { type Row, type Session, withSession } from "../../src/postgres/connect.ts";

/** A row that a migration command wrote, with the database's time. */
export interface Trace extends Row {
  readonly token: string;
  readonly step: "begin" | "tick" | "fork-tick" | "fail" | "end";
  readonly pid: number;
  readonly at: Date;
  /** In the "begin" row: sessions and processes of earlier commands that still exist. */
  readonly seen: { readonly sessions: readonly unknown[]; readonly processes: readonly number[] } | null;
}

/** A change of a readiness marker's state. */
export interface StateChange extends Row {
  readonly state: string;
  readonly epoch: number;
  readonly at: Date;
}

/** Creates two tables that offshoot does not write: one for the commands, one for a trigger on the marker's table. */
export async function prepareTrace(session: Session): Promise<void> {
  await session.query(`
    create schema chaos;
    create table chaos.trace (id bigserial, token text, step text, pid int, seen jsonb, at timestamptz default clock_timestamp());
    create table chaos.states (id bigserial, state text, epoch int, at timestamptz default clock_timestamp());
    create function chaos.note() returns trigger language plpgsql as $$ begin
      if tg_op = 'INSERT' or old.state <> new.state or old.epoch <> new.epoch then
        insert into chaos.states (state, epoch) values (new.state, new.epoch);
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
    traces: await session.query<Trace>("select token, step, pid, seen, at from chaos.trace order by at, id"),
    states: await session.query<StateChange>("select state, epoch, at from chaos.states order by id"),
  }));
}
