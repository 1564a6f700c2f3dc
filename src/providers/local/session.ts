import { connect, type Session } from "../../postgres/connect.ts";
import type { Deadline } from "../../deadline.ts";

/** Runs `work` in a session that ends with the deadline at the latest. Throws the deadline's own reason then. */
export async function withinSession<T>(url: string, within: Deadline, work: (session: Session) => Promise<T>): Promise<T> {
  within.check();
  const left = Math.max(1, within.leftMs());
  let session: Session | undefined;
  const end = (): void => void session?.close();
  within.signal.addEventListener("abort", end, { once: true });
  try {
    session = await connect(url, { connectMs: Math.min(15_000, left), signal: within.signal });
    return await work(session);
  } catch (thrown) {
    within.check();
    throw thrown;
  } finally {
    within.signal.removeEventListener("abort", end);
    await session?.close();
  }
}
