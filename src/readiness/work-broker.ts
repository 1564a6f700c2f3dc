import { openBroker } from "../broker/broker.ts";
import { serverOf } from "../broker/backend.ts";
import { type DirectUrl, parseUrl } from "../postgres/url.ts";
import type { Fence } from "./command.ts";
import { brokerUrl } from "./fence.ts";
import { sessionName } from "./session-names.ts";

/** The broker of a function that migrates in this process. */
export interface WorkBroker {
  /** The URL for the function's sessions. */
  readonly url: DirectUrl;
  /** The function has ended: no session is opened any more. A pool that it did not close keeps its sessions. */
  drain(): void;
  /** The lead is lost: ends all sessions at once. */
  close(): void;
}

/** Opens a broker in this process, because the function runs here too. Undefined without a loopback interface. */
export async function openWorkBroker(url: DirectUrl, { name, checksConnection, admit }: Fence): Promise<WorkBroker | undefined> {
  const server = await serverOf(url);
  const broker = await openBroker().catch(() => undefined);
  if (broker === undefined) return undefined;
  broker.serve({
    server,
    database: parseUrl(url).database,
    nameOf: (nonce) => sessionName(name, nonce),
    checksConnection,
    admit,
  });
  return { url: brokerUrl(url, broker.port), drain: () => broker.drain(), close: () => broker.close() };
}
