import { connect, connectionError, type Session } from "../postgres/connect.ts";

/** Sessions on the server of the clones, which are used again: opening one takes longer than most of their statements. */
export interface SessionPool {
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** How many sessions wait for the next use. */
const MOST_IDLE = 4;

export function sessionPool(url: string): SessionPool {
  const idle: Session[] = [];
  let isClosed = false;
  return {
    async use(work) {
      let session = idle.pop();
      while (session?.lost.aborted) session = idle.pop();
      session ??= await opened(url);
      try {
        return await work(session);
      } finally {
        if (!isClosed && !session.lost.aborted && idle.length < MOST_IDLE) idle.push(session);
        else await session.close();
      }
    },
    async close() {
      isClosed = true;
      await Promise.all(idle.splice(0).map((session) => session.close()));
    },
  };
}

async function opened(url: string): Promise<Session> {
  try {
    return await connect(url, { applicationName: "offshoot:clones" });
  } catch (thrown) {
    throw connectionError(url, thrown);
  }
}
