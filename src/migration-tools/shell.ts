import { parseUrl } from "../postgres/url.ts";

/**
 * The URL for programs in Go. Go's lib/pq requires TLS by default (lib/pq documentation: `sslmode` defaults to `require`),
 * but local servers do not support it.
 */
export function goUrl(url: string): string {
  const parsed = new URL(url);
  const { host } = parseUrl(url);
  if (!parsed.searchParams.has("sslmode") && ["127.0.0.1", "::1", "localhost"].includes(host))
    parsed.searchParams.set("sslmode", "disable");
  return parsed.href;
}
