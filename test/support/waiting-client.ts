import { setTimeout as pause } from "node:timers/promises";
import { connect } from "./session.ts";

/** How long an independent client really waited at most, in milliseconds. */
export interface RealWaits {
  readonly readMs: number;
  readonly writeMs: number;
  /** The longest time of a statement that waits for no lock: this machine is that slow at times. */
  readonly noiseMs: number;
}

export interface WaitingClient {
  stop(): Promise<RealWaits>;
}

/** Reads and writes a table again and again, each in a session of its own, as an application does. */
export async function startWaitingClient(url: string, read: string, write: string): Promise<WaitingClient> {
  const end = new AbortController();
  const loop = async (sql: string): Promise<number> => {
    const session = await connect(url, { applicationName: "waiting client" });
    let longest = 0;
    while (!end.signal.aborted) {
      const start = performance.now();
      // A migration can drop what the statement needs. That does not count as a wait.
      await session.query(sql).catch(() => {});
      longest = Math.max(longest, performance.now() - start);
      await pause(4);
    }
    await session.close();
    return longest;
  };
  const [reading, writing, idle] = [loop(read), loop(write), loop("select 1")];
  await pause(100);
  return {
    async stop() {
      await pause(50);
      end.abort();
      return { readMs: await reading, writeMs: await writing, noiseMs: await idle };
    },
  };
}

/** Whether a measured time is within 50 ms or 10 % of the real one, beside what this machine is slow by itself. */
export function isNear(measuredMs: number, realMs: number, { noiseMs }: RealWaits): boolean {
  return Math.abs(measuredMs - realMs) <= Math.max(50, realMs * 0.1) + noiseMs;
}
