import type { Database } from "../providers/provider.ts";
import { formatUtc } from "../moment.ts";

/** When a database expires. Without an expiry of its own, the time in its owner tag decides, which cannot be changed. */
export function expiryText({ expiresAt, tag }: Pick<Database, "expiresAt" | "tag">): string {
  if (expiresAt !== undefined) return formatUtc(expiresAt);
  return tag.expires === undefined ? "never" : `never by itself; \`offshoot sweep --yes\` deletes it after ${tag.expires}`;
}
