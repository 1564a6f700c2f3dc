import { deadline, type Deadline } from "../deadline.ts";
import { OffshootError } from "../errors.ts";
import { createClone, databaseOfClone, dropClone, keepClone, swapClones } from "../providers/clones/clone.ts";
import { expiryOf } from "../providers/clones/clones.ts";
import { dropSource } from "../providers/clones/source.ts";
import { IS_USE } from "../providers/local/sessions.ts";
import type { Session } from "../postgres/connect.ts";
import type { Clone } from "../providers/provider.ts";
import type { OpenSuite } from "./open-suite.ts";
import { sessionPool } from "./session-pool.ts";

/** The clones of one suite. */
export interface SuiteClones {
  /** A clone that nobody has used. */
  take(): Promise<Clone>;
  /** Replaces a clone by a fresh one with the same name. Throws `DATABASE_IN_USE`. */
  reset(name: string, force: boolean): Promise<void>;
  drop(name: string): Promise<void>;
  /** Drops a clone in which no session is open. Returns whether it was dropped. */
  dropUnused(name: string): Promise<boolean>;
  /** Takes a clone out of the suite: it is kept until that time. */
  keep(name: string, until: Date): Promise<void>;
  /** Drops the clones that nobody took, and the source if no other suite uses it. */
  close(): Promise<void>;
}

/** Time limit for one clone, in milliseconds. */
const CLONE_MS = 60_000;

/** How long `reset` waits for connections that are being closed, in milliseconds. */
const CLOSING_MS = 2000;

function withinTime(what: string): Deadline {
  return deadline(what, CLONE_MS);
}

/** `spares` clones are made in advance, so that a test file need not wait for its own. */
export function suiteClones({ id, source }: OpenSuite, spares: number): SuiteClones {
  const pool = sessionPool(source.url);
  const ready: Promise<Clone>[] = [];
  const pending = new Set<Promise<void>>();
  let count = 0;
  const state = { isClosed: false };
  const make = (name: string): Promise<Clone> =>
    pool.use((session) =>
      createClone(session, source, { name, suite: id, expiresAt: expiryOf(source) }, withinTime(`creating the clone ${name}`)),
    );
  const makeNext = (): Promise<Clone> => make(`${id.slice(0, 8)}-${(count += 1)}`);
  const refill = (): void => {
    while (!state.isClosed && ready.length < spares) {
      const next = makeNext();
      // Whoever takes it gets the error.
      next.catch(() => {});
      ready.push(next);
    }
  };
  const drop = (name: string): Promise<void> =>
    pool.use(async (session) => void (await dropClone(session, source, name, withinTime(`deleting the clone ${name}`))));
  const open = (name: string): Promise<readonly string[]> =>
    pool.use(async (session) => {
      const rows = await session.query<{ name: string }>(
        `select coalesce(nullif(a.application_name, ''), 'a session without a name') as name from pg_catalog.pg_stat_activity a
         where a.datname = $1 and ${IS_USE}`,
        [databaseOfClone(source, name)],
      );
      return rows.map((row) => row.name);
    });
  /** Connections that are being closed are open for some more milliseconds. */
  const untilUnused = async (name: string): Promise<void> => {
    const budget = withinTime(`resetting the clone ${name}`);
    const end = performance.now() + CLOSING_MS;
    for (let sessions = await open(name); sessions.length > 0; sessions = await open(name)) {
      if (performance.now() >= end) throw stillOpen(sessions);
      await budget.pause(50);
    }
  };
  refill();
  return {
    async take() {
      const next = ready.shift() ?? makeNext();
      refill();
      return next;
    },
    async reset(name, force) {
      if (!force) await untilUnused(name);
      const fresh = (await this.take()).name;
      // Dropping the old one takes longer than the tests should wait.
      const away = `${fresh}-old`;
      await pool.use(async (session) => {
        if (force) await endSessions(session, databaseOfClone(source, name));
        await swapClones(session, source, { old: name, fresh, away, suite: id, expiresAt: expiryOf(source) });
      });
      const dropping = drop(away).catch(() => {});
      pending.add(dropping);
      void dropping.then(() => pending.delete(dropping));
    },
    drop,
    async dropUnused(name) {
      if ((await open(name)).length > 0) return false;
      await drop(name);
      return true;
    },
    keep: (name, until) => pool.use((session) => keepClone(session, source, name, until)),
    async close() {
      state.isClosed = true;
      const made = (await Promise.allSettled(ready.splice(0))).flatMap((each) => (each.status === "fulfilled" ? [each.value.name] : []));
      await Promise.all([...made.map(drop), ...pending]);
      await pool.use((session) => dropSource(session, source, withinTime("deleting the source of the clones")));
      await pool.close();
    },
  };
}

/** Ends all sessions in a clone, and waits until they have ended. */
async function endSessions(session: Session, database: string): Promise<void> {
  await session.query("select pg_catalog.pg_terminate_backend(a.pid, 2000) from pg_catalog.pg_stat_activity a where a.datname = $1", [
    database,
  ]);
}

function stillOpen(sessions: readonly string[]): OffshootError {
  const names = [...new Set(sessions)].slice(0, 5).join(", ");
  const count = sessions.length === 1 ? "1 connection is" : `${sessions.length} connections are`;
  return new OffshootError("DATABASE_IN_USE", `The clone was not reset, because ${count} open in it: ${names}.`, {
    meaning: "A fresh clone takes its place, which ends every connection. A pool would report that as an error.",
    remedy:
      'Call reset({ force: true }), which ends the connections. A pool of pg needs an error handler for that: pool.on("error", () => {}). Or close the pool before reset(), for example `await pool.end()`, and open a new one after it.',
  });
}
