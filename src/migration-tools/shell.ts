import { parseUrl } from "../postgres/url.ts";

/** A word for a POSIX shell, quoted where it needs to be. */
export function word(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Runs `command` with `$only`, a folder that holds these files and no others, for tools that can't stop half way. */
export function withOnly(files: readonly string[], command: string): string {
  const copied = files.length === 0 ? "true" : `cp ${files.map(word).join(" ")} "$only"`;
  return `only=$(mktemp -d) && ${copied} && ${command}; status=$?; rm -rf "$only"; exit $status`;
}

/**
 * Go's lib/pq insists on TLS unless it is told otherwise, and local servers have none
 * (lib/pq documentation: `sslmode` defaults to `require`).
 */
export function goUrl(url: string): string {
  const parsed = new URL(url);
  const { host } = parseUrl(url);
  if (!parsed.searchParams.has("sslmode") && ["127.0.0.1", "::1", "localhost"].includes(host))
    parsed.searchParams.set("sslmode", "disable");
  return parsed.href;
}
