import { EVIL } from "./evil-twins.ts";
import { type MessageProxy, messageProxy } from "./message-proxy.ts";

/** The search path of offshoot's own sessions, as it is in a startup option and in statements. */
const PINNED = [
  [String.raw`search_path=pg_catalog,\ pg_temp`, String.raw`search_path=${EVIL},\ pg_catalog,\ pg_temp`],
  ["'pg_catalog, pg_temp'", `'${EVIL}, pg_catalog, pg_temp'`],
] as const;

/**
 * Starts a proxy that puts the schema of the twins before `pg_catalog` in the search path that offshoot pins in its own
 * sessions, so that each name without a schema is that of a twin.
 */
export function unpinningProxy(server: string): Promise<MessageProxy> {
  return messageProxy(server, unpinned);
}

/** The message with other texts, and the length that it has then. */
function unpinned(message: Buffer, at: 0 | 1): Buffer {
  const text = message.toString("latin1");
  const changed = PINNED.reduce((before, [pinned, evil]) => before.replaceAll(pinned, evil), text);
  if (changed === text) return message;
  const bytes = Buffer.from(changed, "latin1");
  bytes.writeUInt32BE(bytes.length - at, at);
  return bytes;
}
