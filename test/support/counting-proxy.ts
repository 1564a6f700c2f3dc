import { type MessageProxy, messageProxy } from "./message-proxy.ts";

/** What passed through the proxy since the last reset. */
export interface Counts {
  readonly connections: number;
  /** Times that a client sent statements and waited for the answer. */
  readonly roundTrips: number;
}

export interface CountingProxy extends MessageProxy {
  /** Returns the counts, and starts again at zero. */
  take(): Counts;
}

/** `Query`, and `Sync` after the messages of a prepared statement (PostgreSQL, "Message Formats"). */
const ENDS_A_ROUND_TRIP = new Set(["Q", "S"].map((letter) => letter.charCodeAt(0)));

/** Starts a proxy that counts the messages of the clients. */
export async function countingProxy(server: string): Promise<CountingProxy> {
  let counts = { connections: 0, roundTrips: 0 };
  const proxy = await messageProxy(server, (message, at) => {
    if (at === 0) counts.connections += 1;
    else if (ENDS_A_ROUND_TRIP.has(message[0] ?? 0)) counts.roundTrips += 1;
    return message;
  });
  return {
    ...proxy,
    take() {
      const taken = counts;
      counts = { connections: 0, roundTrips: 0 };
      return taken;
    },
  };
}
