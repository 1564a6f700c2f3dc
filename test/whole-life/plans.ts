/** The life of one or two runs, from their first job to the sweep. Everything depends only on the seed. */
export interface Schedule {
  readonly seed: number;
  readonly venue: VenueName;
  /**
   * What is special. `fallback`: Neon cannot be reached, and the embedded provider is the second choice. `rejected`: Neon
   * refuses the key, so that no other provider may be used.
   */
  readonly special: "nothing" | "failing-migration" | "fallback" | "rejected";
  /** How the databases end that no job deleted: by `offshoot down`, or by their expiry and `offshoot sweep`. */
  readonly aftermath: "down" | "expiry";
  readonly runs: readonly RunPlan[];
  readonly actors: readonly ActorPlan[];
  readonly kills: readonly KillPlan[];
  /** How long a database may live. `short`: it expires while jobs use it, which must not delete it. */
  readonly ttl: "short" | "long";
  /** Whether a migrated database is kept as a base, from which later runs of any schedule start. */
  readonly base: boolean;
  /** Milliseconds between two steps of the migrations. */
  readonly stepMs: number;
}

export type VenueName = "embedded" | "neon" | "docker";

export interface RunPlan {
  /** How the run is identified: by a name, or by the person and the checkout. */
  readonly by: "name" | "person";
  /** A name, or the git branch of the person. */
  readonly name: string;
  /** Which of the two repositories of the schedule. */
  readonly repository: 1 | 2;
}

export type ActorKind = "run" | "up" | "migrate" | "env" | "list" | "status" | "down" | "sweep";

/** One process of `offshoot`. */
export interface ActorPlan {
  readonly kind: ActorKind;
  /** Index of its run. */
  readonly run: number;
  readonly startAtMs: number;
  /** For `run`: how long its command works, and its exit status. */
  readonly workS: number;
  readonly status: number;
}

/**
 * `int-twice`: the second SIGINT 300 ms after the first. `freeze`: stopped for three seconds. `freeze-kill`: stopped, then
 * killed. `broken-pipe`: nobody reads its output any more. `kill-tree`: everything that it started is killed with it, as when
 * a container ends. `cancel`: as GitHub cancels a job. `kill-command`: the command of `run` is killed.
 */
export const KILL_KINDS = [
  "kill",
  "term",
  "int",
  "int-twice",
  "freeze",
  "freeze-kill",
  "broken-pipe",
  "kill-tree",
  "cancel",
  "kill-command",
] as const;

export type KillKind = (typeof KILL_KINDS)[number];

export interface KillPlan {
  /** Index of the actor. */
  readonly actor: number;
  /** What `atMs` counts from: the start of the actor, its first migration step, or the start of its command. */
  readonly after: "start" | "migration" | "command";
  readonly atMs: number;
  readonly kind: KillKind;
}

/** Whether a job of this run deletes the database on purpose while others may use it. */
export function hasDown({ actors }: Schedule, run: number): boolean {
  return actors.some((actor) => actor.kind === "down" && actor.run === run);
}
