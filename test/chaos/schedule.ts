import { randomFrom, type Random } from "./random.ts";

/** What fails, and when, in milliseconds from the start. Everything depends only on the seed. */
export interface Schedule {
  readonly seed: number;
  readonly leaseMs: number;
  readonly runners: readonly RunnerPlan[];
  readonly command: CommandPlan;
  readonly faults: readonly Fault[];
}

export interface RunnerPlan {
  readonly startAtMs: number;
  /** Error of this runner's clock. */
  readonly skewMs: number;
  readonly throughProxy: boolean;
  /** No fault affects it, so that every schedule has an end that can be checked. */
  readonly survives: boolean;
}

export interface CommandPlan {
  readonly workMs: number;
  readonly ignoresTerm: boolean;
  readonly forks: boolean;
  /** How it ends without a fault. `dies`: it commits all of its work and is then killed. */
  readonly end: "well" | "fails" | "dies";
}

export type Fault =
  | { readonly kind: "kill-leader" | "kill-waiter" | "kill-watchdog"; readonly atMs: number }
  /** SIGSTOP, and SIGCONT after `forMs`. `freeze-machine` stops the leader, its watchdog and its command. */
  | { readonly kind: "stop-leader" | "stop-waiter" | "freeze-machine"; readonly atMs: number; readonly forMs: number }
  | { readonly kind: "cut"; readonly atMs: number }
  | { readonly kind: "hole" | "delay"; readonly atMs: number; readonly forMs: number }
  | { readonly kind: "terminate-leader" | "terminate-migration"; readonly atMs: number }
  | { readonly kind: "crash-server" | "restart-server"; readonly atMs: number };

/** Faults that can end the command or its sessions, so that the migration really fails. */
const MAY_FAIL: readonly Fault["kind"][] = [
  "kill-watchdog",
  "freeze-machine",
  "cut",
  "hole",
  "terminate-migration",
  "crash-server",
  "restart-server",
];

/** Whether "failed" is a correct result of this schedule. Otherwise only "ready" is. */
export function mayFail({ command, faults }: Schedule): boolean {
  return command.end !== "well" || faults.some(({ kind }) => MAY_FAIL.includes(kind));
}

export function scheduleOf(seed: number): Schedule {
  const random = randomFrom(seed);
  const leaseMs = random.pick([2000, 2500, 3000]);
  const count = random.between(3, 5);
  const runners = Array.from({ length: count }, (_, place): RunnerPlan => {
    const survives = place === count - 1;
    return {
      startAtMs: survives ? random.between(1200, 2500) : random.between(0, 1500),
      skewMs: random.chance(0.4) ? random.between(-3_600_000, 3_600_000) : 0,
      throughProxy: !survives && random.chance(0.5),
      survives,
    };
  });
  const command: CommandPlan = {
    workMs: random.between(300, 2500),
    ignoresTerm: random.chance(0.3),
    forks: random.chance(0.25),
    end: random.pick(["well", "well", "well", "well", "well", "well", "well", "well", "fails", "dies"]),
  };
  const faults = Array.from({ length: random.between(1, 4) }, () => faultOf(random, leaseMs)).toSorted((a, b) => a.atMs - b.atMs);
  return { seed, leaseMs, runners, command, faults };
}

function faultOf(random: Random, leaseMs: number): Fault {
  const atMs = random.between(300, 4500);
  const overLeaseMs = leaseMs + random.between(300, 2500);
  const shortMs = random.between(100, 2000);
  return random.pick<Fault>([
    { kind: "kill-leader", atMs },
    { kind: "kill-leader", atMs },
    { kind: "kill-waiter", atMs },
    { kind: "kill-watchdog", atMs },
    { kind: "stop-leader", atMs, forMs: overLeaseMs },
    { kind: "stop-leader", atMs, forMs: shortMs },
    { kind: "stop-waiter", atMs, forMs: overLeaseMs },
    { kind: "freeze-machine", atMs, forMs: overLeaseMs },
    { kind: "cut", atMs },
    { kind: "hole", atMs, forMs: overLeaseMs },
    { kind: "delay", atMs, forMs: shortMs },
    { kind: "terminate-leader", atMs },
    { kind: "terminate-migration", atMs },
    { kind: "crash-server", atMs },
    { kind: "restart-server", atMs },
  ]);
}
