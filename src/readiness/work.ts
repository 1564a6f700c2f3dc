import { OffshootError } from "../errors.ts";
import type { DirectUrl } from "../postgres/url.ts";
import type { CommandEnd, RunningCommand } from "./command.ts";
import type { WorkBroker } from "./work-broker.ts";
import { machineMs } from "./timings.ts";

/** What a migration function gets. */
export interface Leadership {
  /** Aborts when the lead is lost, the caller cancels, or time is up. The function must then end at once. */
  readonly signal: AbortSignal;
  /**
   * Checks in the database that this call still leads. Throws `LEADERSHIP_LOST` otherwise. Call it before each step
   * that cannot be undone.
   */
  assertLeader(): Promise<void>;
  /**
   * The URL for all sessions of the function. They pass a broker in this process, which opens a session only while this call leads, and
   * by which the next leader finds and ends them. With `migrations.fence: off` it is the direct URL: a session that changes its name, or
   * that the function opens elsewhere, is then not fenced. The URL works while the function runs.
   */
  readonly url: DirectUrl;
  /** Each leader of the database gets a higher number: a fencing token for other systems. */
  readonly epoch: number;
}

/** A migration that runs in this process. */
export interface MigrationWork {
  readonly kind: "work";
  /** Shown to people instead of a command. */
  readonly name: string;
  readonly run: (leadership: Leadership) => Promise<void>;
}

export interface WorkOptions {
  readonly url: DirectUrl;
  /** Undefined: the function connects to the server itself. */
  readonly broker?: WorkBroker | undefined;
  readonly applicationName: string;
  readonly epoch: number;
  /** Checks in the database whether we lead. */
  readonly prove: () => Promise<boolean>;
  /** When the leader last proved that it leads, by `machineMs`. */
  readonly beatAt: number;
  readonly silenceMs: number;
}

const CHECK_MS = 100;

/**
 * Runs the function as `startCommand` runs a command. A function cannot be killed. If it ignores its signal, we stop
 * waiting for it after the grace, and the next leader ends its sessions.
 */
export function startWork(work: MigrationWork, options: WorkOptions): RunningCommand {
  const { broker } = options;
  const stopping = new AbortController();
  let provedAt = options.beatAt;
  let abandoned = false;
  const graceOver = new AbortController();
  const end = (code: number, error?: unknown): CommandEnd => ({ code, signal: null, tail: "", abandoned, error });
  const stop = (graceMs: number): void => {
    stopping.abort();
    setTimeout(() => {
      abandoned = true;
      broker?.close();
      graceOver.abort();
    }, graceMs).unref();
  };
  const watch = setInterval(() => {
    if (machineMs() - provedAt <= options.silenceMs || stopping.signal.aborted) return;
    abandoned = true;
    stop(CHECK_MS);
  }, CHECK_MS);
  const leadership: Leadership = {
    signal: stopping.signal,
    url: named(broker?.url ?? options.url, options.applicationName),
    epoch: options.epoch,
    async assertLeader() {
      if (stopping.signal.aborted || !(await options.prove().catch(() => false))) throw leadershipLost();
    },
  };
  const finished = (async () => work.run(leadership))().then(
    () => end(0),
    (thrown: unknown) => end(1, thrown),
  );
  const tooLate = new Promise<CommandEnd>((resolve) => {
    graceOver.signal.addEventListener("abort", () => resolve(end(1)), { once: true });
  });
  const ended = Promise.race([finished, tooLate]).finally(() => {
    clearInterval(watch);
    broker?.drain();
  });
  return { beat: (at) => (provedAt = at), stop, cut: () => stop(CHECK_MS), ended };
}

function named(url: DirectUrl, applicationName: string): DirectUrl {
  const parsed = new URL(url);
  parsed.searchParams.set("application_name", applicationName);
  return parsed.href as DirectUrl;
}

function leadershipLost(): OffshootError {
  return new OffshootError("LEADERSHIP_LOST", "This call no longer leads the migration.", {
    meaning: "Its database session was lost, or its lease is over. Another job may be running the migrations.",
    remedy: "End the migration function without another write.",
  });
}
