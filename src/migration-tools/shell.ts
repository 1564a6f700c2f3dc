import { isLoopback } from "../loopback.ts";
import { parseUrl } from "../postgres/url.ts";

/**
 * The URL for programs in Go. Go's lib/pq requires TLS by default (lib/pq documentation: `sslmode` defaults to `require`),
 * but local servers do not support it.
 */
export function goUrl(url: string): string {
  const parsed = new URL(url);
  const { host } = parseUrl(url);
  if (!parsed.searchParams.has("sslmode") && isLoopback(host)) parsed.searchParams.set("sslmode", "disable");
  return parsed.href;
}
