import type { Env } from "../environment.ts";

/**
 * The environment for our own background programs. Of `NODE_OPTIONS` they get only what they need too: which certificates are
 * trusted, how names are resolved, and modules with a fixed path, which some machines preload for that. The rest is meant for
 * the user's command, and with some of it (relative paths, a debugger's port) a program in another folder could not start. Below
 * `node --watch` a program with a channel to its parent would report the files that it loads there, between its own messages
 * (Node's source, lib/internal/watch_mode).
 */
export function withOwnNodeOptions(given: Env): Env {
  const { NODE_OPTIONS: options, ...env } = Object.fromEntries(Object.entries(given).filter(([name]) => name !== WATCHED));
  const kept = (options ?? "").split(/\s+/).filter((option) => KEPT.test(option));
  return kept.length === 0 ? env : { ...env, NODE_OPTIONS: kept.join(" ") };
}

const WATCHED = "WATCH_REPORT_DEPENDENCIES";

const KEPT =
  /^--(use-(openssl|system|bundled)-ca|dns-result-order=\S+|(no-)?network-family-autoselection|tls-(min|max)-v1\.\d|import=file:\/\/\/[^"']+)$/;
