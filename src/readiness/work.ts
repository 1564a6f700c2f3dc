import { OffshootError } from "../errors.ts";
import type { DirectUrl } from "../postgres/url.ts";
import { machineMs } from "./clock.ts";
import type { CommandEnd, RunningCommand } from "./command.ts";

/** What a function that migrates gets to hold. */
export interface Leadership {
  /** Aborts when the lead is lost, the caller cancels or time is up. The function must end then, at once. */
  readonly signal: AbortSignal;
  /**
   * Asks the database whether this call still leads. Throws `LEADERSHIP_LOST` when it doesn't. Worth a call before
   * each step that can't be taken back.
   */
  assertLeader(): Promise<void>;
  /** The direct URL. It names its sessions after this lead, so that a successor finds and ends them. */
  readonly url: DirectUrl;
  /** Grows with every leader of the database: a fencing token for whatever lies outside of it. */
  readonly epoch: number;
}

/** A migration that runs in this process. */
export interface MigrationWork {
  readonly kind: "work";
  /** What people read in place of a command. */
  readonly name: string;
  readonly run: (lead: Leadership) => Promise<void>;
}

export interface WorkOptions {
  readonly url: DirectUrl;
  readonly applicationName: string;
  readonly epoch: number;
  /** Whether the database says that we lead. */
  readonly prove: () => Promise<boolean>;
  /** When the leader last proved that it leads, by `machineMs`. */
  readonly beatAt: number;
  readonly quietMs: number;
}

const LOOK_MS = 100;

/**
 * Runs the function as `startCommand` runs a command. A function can't be killed: one that ignores its signal is
 * given up after the grace, and its sessions are ended by whoever leads next.
 */
export function startWork(work: MigrationWork, options: WorkOptions): RunningCommand {
  const stopping = new AbortController();
  let heardAt = options.beatAt;
  let abandoned = false;
  const givenUp = new AbortController();
  const end = (code: number, error?: unknown): CommandEnd => ({ code, signal: null, tail: "", abandoned, error });
  const stop = (graceMs: number): void => {
    stopping.abort();
    setTimeout(() => {
      abandoned = true;
      givenUp.abort();
    }, graceMs).unref();
  };
  const watch = setInterval(() => {
    if (machineMs() - heardAt <= options.quietMs || stopping.signal.aborted) return;
    abandoned = true;
    stop(LOOK_MS);
  }, LOOK_MS);
  const lead: Leadership = {
    signal: stopping.signal,
    url: named(options.url, options.applicationName),
    epoch: options.epoch,
    async assertLeader() {
      if (stopping.signal.aborted || !(await options.prove().catch(() => false))) throw leadershipLost();
    },
  };
  const worked = (async () => work.run(lead))().then(
    () => end(0),
    (thrown: unknown) => end(1, thrown),
  );
  const gone = new Promise<CommandEnd>((resolve) => {
    givenUp.signal.addEventListener("abort", () => resolve(end(1)), { once: true });
  });
  const ended = Promise.race([worked, gone]).finally(() => clearInterval(watch));
  return { beat: (at) => (heardAt = at), stop, ended };
}

function named(url: DirectUrl, applicationName: string): DirectUrl {
  const parsed = new URL(url);
  parsed.searchParams.set("application_name", applicationName);
  return parsed.href as DirectUrl;
}

function leadershipLost(): OffshootError {
  return new OffshootError("LEADERSHIP_LOST", "This call no longer leads the migration.", {
    meaning: "Its session was lost or its lease is over; another may be migrating by now.",
    remedy: "End the work without another write.",
  });
}
