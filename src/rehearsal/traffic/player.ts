import { setTimeout as timer } from "node:timers/promises";
import { codeOf } from "../../errors.ts";
import { shownCode } from "../../postgres/sqlstate-list.ts";
import { isRaised, publicMessageOf } from "../../postgres/thrown-error.ts";
import type { Session } from "../../postgres/session.ts";
import { type Collected, type CollectedPhases, newCollection } from "./latency.ts";
import type { Traffic, TrafficPhase } from "./traffic.ts";
import type { ReadyStatement } from "./values.ts";

/** The traffic while it runs. */
export interface Player {
  /** Statements that end from now on belong to `during`, or those that start from now on to `after`. */
  enter(phase: "during" | "after"): void;
  /** Ends the traffic and its sessions. The figures have the order of the statements. */
  stop(): Promise<readonly CollectedPhases[]>;
}

export interface PlayerOptions extends Pick<Traffic, "ratePerSecond" | "sessions"> {
  readonly statements: readonly ReadyStatement[];
  /** Opens a session of the application. */
  readonly open: () => Promise<Session>;
  /** Ends the sessions that still wait for an answer. */
  readonly endAll: () => Promise<void>;
  readonly random: () => number;
  readonly now: () => number;
}

/** After this, a session that does not end is closed. */
const END_MS = 2000;

/**
 * Starts sessions that send statements at a constant rate, chosen by their weights, each session one at a time. A statement
 * that is due while its session waits is not sent later: an application's users do not queue in order.
 */
export async function startPlayer(options: PlayerOptions): Promise<Player> {
  const { statements, sessions, random, now } = options;
  const collections = statements.map(newCollection);
  const end = new AbortController();
  let current: TrafficPhase = "before";
  const choose = chooserOf(statements, random);
  const intervalMs = (1000 * sessions) / options.ratePerSecond;
  const live = await openAll(options);
  const began = now();

  const send = async (session: Session, at: number, statement: ReadyStatement): Promise<void> => {
    const collection = collections[at];
    if (collection === undefined) return;
    const started = current;
    const startMs = now();
    const failure = await session
      .query(
        statement.sql,
        statement.draws.map((draw) => draw()),
      )
      .then(() => undefined, causeOf);
    const tookMs = now() - startMs;
    const of: Collected = collection[started === "before" && current !== "before" ? "during" : started];
    of.longestMs = Math.max(of.longestMs, tookMs);
    if (failure === undefined) of.times.push(tookMs);
    // The session was ended because the traffic ends: that is not an error of the statement.
    else if (!end.signal.aborted) of.causes.set(failure, (of.causes.get(failure) ?? 0) + 1);
  };
  const loop = async (index: number): Promise<void> => {
    let dueMs = began + (intervalMs * index) / sessions;
    while (!end.signal.aborted) {
      await timer(Math.max(0, dueMs - now()), undefined, { signal: end.signal }).catch(() => {});
      if (end.signal.aborted) break;
      const at = choose();
      const [session, statement] = [await usable(index), statements[at]];
      if (session !== undefined && statement !== undefined) await send(session, at, statement);
      dueMs += intervalMs;
      const skipped = Math.max(0, Math.floor((now() - dueMs) / intervalMs));
      dueMs += skipped * intervalMs;
      // Each of them would have been any statement, and not the one that the session waited for.
      for (let each = 0; each < skipped; each += 1) {
        const collection = collections[choose()];
        if (collection !== undefined) collection[current].notSent += 1;
      }
    }
    await live[index]?.close();
  };
  /** The session with this index. A migration can end sessions, and an application connects again. */
  const usable = async (index: number): Promise<Session | undefined> => {
    const session = live[index];
    if (session?.lost.aborted !== true) return session;
    await session.close();
    const again = await options.open().catch(() => undefined);
    if (again !== undefined) live[index] = again;
    return again;
  };
  const loops = live.map((_, index) => loop(index));
  for (const each of loops) each.catch(() => {});
  return {
    enter: (phase) => void (current = phase),
    async stop() {
      end.abort();
      await options.endAll().catch(() => {});
      // Where the server cannot be reached any more, only the end of the connection ends the statement.
      const late = setTimeout(() => void Promise.all(live.map((session) => session.close())), END_MS);
      await Promise.all(loops);
      clearTimeout(late);
      return collections;
    },
  };
}

/** Opens all sessions, or none. */
async function openAll({ sessions, open }: PlayerOptions): Promise<Session[]> {
  const opened = await Promise.allSettled(Array.from({ length: sessions }, open));
  const live = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const failed = opened.find((each) => each.status === "rejected");
  if (failed === undefined) return live;
  await Promise.all(live.map((session) => session.close()));
  throw failed.reason;
}

/** Returns an index with a probability in proportion to its weight. */
function chooserOf(statements: readonly ReadyStatement[], random: () => number): () => number {
  const total = statements.reduce((sum, { weight }) => sum + weight, 0);
  return () => {
    let left = random() * total;
    const at = statements.findIndex(({ weight }) => (left -= weight) < 0);
    return Math.max(0, at);
  };
}

function causeOf(thrown: unknown): string {
  const code = shownCode(codeOf(thrown), isRaised(thrown));
  return `${publicMessageOf(thrown).replace(/\.$/, "")}${code === undefined ? "" : ` (SQLSTATE ${code})`}`;
}
