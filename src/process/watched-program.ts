import { setTimeout as timer } from "node:timers/promises";
import type { Env } from "../environment.ts";
import { startChild } from "./child.ts";
import { watchCommand } from "./watch-command.ts";

export interface WatchedOptions {
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  /** Descriptors of files. Default: the program reads nothing, and what it prints is thrown away. */
  readonly stdin?: number | undefined;
  readonly stdout?: number | undefined;
}

/** What a program printed about its errors is kept up to here. */
const MOST_CHARACTERS = 16 * 1024 * 1024;
/** Time for the program to end its session on the server. */
const GRACE_MS = 2000;

/**
 * Runs a program that ends with this process, also after kill -9: it has a session on a server of somebody else.
 * Throws the system's error when it cannot be started.
 */
export async function runWatched(
  [file = "", ...args]: readonly string[],
  { cwd, env, signal, stdin, stdout }: WatchedOptions,
): Promise<{ readonly ok: boolean; readonly stderr: string }> {
  const watchdog = watchCommand(env, GRACE_MS);
  const decoder = new TextDecoder();
  let stderr = "";
  const output = (stream: "stdout" | "stderr", chunk: Uint8Array): void => {
    if (stream === "stderr" && stderr.length < MOST_CHARACTERS) stderr += decoder.decode(chunk, { stream: true });
  };
  const child = startChild([file, ...args], {
    cwd,
    env: { ...env, ...watchdog.env },
    stdin: stdin ?? "ignore",
    stdout,
    output,
    group: true,
  });
  watchdog.watchGroup(child.pid);
  const ended = new AbortController();
  const end = (): void => {
    child.signal("SIGTERM");
    timer(GRACE_MS, undefined, { signal: ended.signal }).then(
      () => child.signal("SIGKILL"),
      () => {},
    );
  };
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  const cancelKill = child.killOnExit();
  try {
    const { code } = await child.ended;
    return { ok: code === 0, stderr: stderr + decoder.decode() };
  } finally {
    ended.abort();
    signal.removeEventListener("abort", end);
    cancelKill();
    await watchdog.release();
  }
}
