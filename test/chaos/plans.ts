/** What one schedule starts and what fails in it. Everything depends only on the seed. */
export interface Schedule {
  readonly seed: number;
  readonly leaseMs: number;
  /** Where the database is: on a server that faults can restart, or on the embedded provider, which keeps a base. */
  readonly stage: "server" | "embedded";
  /**
   * Which migrations the runners have. `same`: the same ones. `conflict`: two versions in one run, of which only one may be
   * migrated. `runs`: two versions in two runs that share the database, which are migrated one after the other.
   */
  readonly mix: "same" | "conflict" | "runs";
  readonly runners: readonly RunnerPlan[];
  readonly command: CommandPlan;
  readonly faults: readonly Fault[];
}

export interface RunnerPlan {
  readonly startAtMs: number;
  /** Error of this runner's clock. */
  readonly skewMs: number;
  /** The clock jumps by `skewMs` after this time. 0: it is wrong from the start. */
  readonly jumpAfterMs: number;
  readonly throughProxy: boolean;
  /** No fault ends it, so that every schedule has an end that can be checked. */
  readonly survives: boolean;
  readonly version: 1 | 2;
}

export interface CommandPlan {
  /** `session`: one session for all statements. `short-sessions`: a shell script with one psql for each. `container`: the same in a container. */
  readonly shape: "session" | "short-sessions" | "container";
  readonly workMs: number;
  readonly ignoresTerm: boolean;
  readonly forks: boolean;
  /**
   * What leaves the process group with `setsid` and ignores SIGTERM. `worker`: a process that does the work while the command
   * waits for it. `daemon`: a process that continues to write after the command has exited with 0.
   */
  readonly detaches: "nothing" | "worker" | "daemon";
  /** Its sessions have an application name of their own. */
  readonly ownName: boolean;
  /** How it ends without a fault. `dies`: it commits all of its work and is then killed. */
  readonly end: "well" | "fails" | "dies";
}

/** `begin`: `atMs` counts from the moment when the first command began, so that the fault meets a leader at work. */
export interface Moment {
  readonly after: "start" | "begin";
  readonly atMs: number;
}

export type Fault = Moment &
  (
    | { readonly kind: KillKind }
    | { readonly kind: StopKind | "hole" | "delay"; readonly forMs: number }
    | { readonly kind: "cut" | "terminate-leader" | "terminate-migration" | "crash-server" | "restart-server" }
  );

/**
 * Processes that are killed at once with SIGKILL. `kill-pair`: leader and watchdog. `kill-triple`: a waiter too.
 * `kill-successor`: the leader, and the next leader as soon as there is one. `kill-broker`: the process that the command is
 * connected to, if that is not the server. `kill-finalizing`: the leader, while it keeps a base. `cancel-leader`: as GitHub
 * cancels a job: SIGINT, SIGTERM after 7.5 s, SIGKILL after 10 s.
 */
export type KillKind =
  | "kill-leader"
  | "kill-waiter"
  | "kill-watchdog"
  | "kill-broker"
  | "kill-pair"
  | "kill-triple"
  | "kill-successor"
  | "kill-finalizing"
  | "cancel-leader";

/**
 * SIGSTOP, and SIGCONT later. `stop-watchdog`: only the watchdog, whose leader continues. `freeze-machine`: the leader, its watchdog
 * and its command. `freeze-all`: every process of the schedule. `stop-early`: every runner that need not survive, as soon as the
 * first lock of a leader exists, which has often not written its marker by then.
 */
export type StopKind = "stop-leader" | "stop-waiter" | "stop-watchdog" | "freeze-machine" | "freeze-all" | "stop-early";

/** Faults that can end the command or its sessions, so that the migration really fails. */
const MAY_FAIL: readonly Fault["kind"][] = [
  "freeze-machine",
  "freeze-all",
  "cut",
  "hole",
  "terminate-migration",
  "crash-server",
  "restart-server",
];

/**
 * Whether "failed" is a correct result of this schedule. Otherwise only "ready" is. A command fails too if something that it
 * left running, in its group or not, still has a session.
 */
export function mayFail({ command, faults }: Schedule): boolean {
  return command.end !== "well" || command.forks || command.detaches === "daemon" || faults.some(({ kind }) => MAY_FAIL.includes(kind));
}

/** Faults that kill a watchdog, or let its leader kill it. What has left its process group is then ended by nobody; it only must not reach the database. */
const WATCHDOG_KILLS: readonly Fault["kind"][] = ["kill-watchdog", "kill-broker", "kill-pair", "kill-triple", "stop-watchdog"];

/** Whether every process of a replaced leader must have ended before the next command begins. */
export function mustEndProcesses({ command, faults }: Schedule): boolean {
  return command.shape !== "container" && command.detaches === "nothing" && !faults.some(({ kind }) => WATCHDOG_KILLS.includes(kind));
}

/** Name of the run of a runner. */
export function runOf({ seed, mix }: Schedule, version: 1 | 2): string {
  return mix === "runs" ? `chaos-${seed}-${version}` : `chaos-${seed}`;
}
