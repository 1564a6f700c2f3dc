import { type CommandPlan, type Fault, type Moment, type RunnerPlan, type Schedule } from "./plans.ts";
import { randomFrom, type Random } from "../support/random.ts";

/** The schedule of a seed. */
export function scheduleOf(seed: number): Schedule {
  const random = randomFrom(seed);
  const leaseMs = random.pick([2000, 2500, 3000]);
  const stage = random.chance(0.1) ? "embedded" : "server";
  const mix = stage === "embedded" || random.chance(0.8) ? "same" : random.pick<Schedule["mix"]>(["conflict", "runs"]);
  const runners = runnersOf(random, stage, mix);
  const command = commandOf(random, stage);
  const first = random.chance(0.75) ? [takeoverFault(random, leaseMs)] : [];
  const more = Array.from({ length: random.between(1 - first.length, 3) }, () => anyFault(random, leaseMs, stage));
  const last: readonly Fault[] = stage === "embedded" ? [{ kind: "kill-finalizing", after: "begin", atMs: random.between(0, 250) }] : [];
  return { seed, leaseMs, stage, mix, runners, command, faults: [...earlyFault(seed, leaseMs), ...first, ...more, ...last] };
}

/** In every eighth schedule. It has random numbers of its own, so that the other parts of a seed's schedule do not depend on it. */
function earlyFault(seed: number, leaseMs: number): readonly Fault[] {
  const random = randomFrom(seed + 500_000);
  return random.chance(0.125) ? [{ kind: "stop-early", after: "start", atMs: 0, forMs: leaseMs + random.between(1500, 3500) }] : [];
}

function runnersOf(random: Random, stage: Schedule["stage"], mix: Schedule["mix"]): readonly RunnerPlan[] {
  const count = random.between(3, 5);
  return Array.from({ length: count }, (_, place): RunnerPlan => {
    // With two runs, each has a runner that survives.
    const survives = place >= count - (mix === "runs" ? 2 : 1);
    return {
      startAtMs: survives ? random.between(1200, 2500) : random.between(0, 1500),
      skewMs: random.chance(0.4) ? random.between(-3_600_000, 3_600_000) : 0,
      jumpAfterMs: random.chance(0.5) ? random.between(500, 4000) : 0,
      throughProxy: stage === "server" && !survives && random.chance(0.5),
      survives,
      version: mix !== "same" && place % 2 === 1 ? 2 : 1,
    };
  });
}

function commandOf(random: Random, stage: Schedule["stage"]): CommandPlan {
  const shape = random.pick<CommandPlan["shape"]>([
    "session",
    "session",
    "session",
    "session",
    "short-sessions",
    "short-sessions",
    "short-sessions",
    "container",
  ]);
  return {
    shape: shape === "container" && (stage === "embedded" || random.chance(0.5)) ? "short-sessions" : shape,
    workMs: random.between(800, 3000),
    ignoresTerm: random.chance(0.3),
    forks: random.chance(0.2),
    detaches: random.pick(["nothing", "nothing", "nothing", "nothing", "nothing", "nothing", "worker", "worker", "daemon"]),
    ownName: random.chance(0.3),
    end: random.pick(["well", "well", "well", "well", "well", "well", "well", "well", "well", "well", "fails", "dies"]),
  };
}

/** A fault that a leader at work does not survive. */
function takeoverFault(random: Random, leaseMs: number): Fault {
  const moment: Moment = { after: "begin", atMs: random.between(50, 700) };
  const forMs = leaseMs + random.between(500, 2500);
  return random.pick<Fault>([
    { kind: "kill-leader", ...moment },
    { kind: "kill-pair", ...moment },
    { kind: "kill-pair", ...moment },
    { kind: "kill-triple", ...moment },
    { kind: "kill-successor", ...moment },
    { kind: "cancel-leader", ...moment },
    { kind: "stop-leader", ...moment, forMs },
    { kind: "stop-watchdog", ...moment, forMs: forMs + leaseMs },
    { kind: "freeze-machine", ...moment, forMs },
    { kind: "terminate-leader", ...moment },
  ]);
}

function anyFault(random: Random, leaseMs: number, stage: Schedule["stage"]): Fault {
  const moment: Moment = random.chance(0.5)
    ? { after: "start", atMs: random.between(300, 4500) }
    : { after: "begin", atMs: random.between(0, 2500) };
  const overLeaseMs = leaseMs + random.between(300, 2500);
  const shortMs = random.between(100, 2000);
  const ofProcesses: readonly Fault[] = [
    { kind: "kill-leader", ...moment },
    { kind: "kill-waiter", ...moment },
    { kind: "kill-watchdog", ...moment },
    { kind: "kill-broker", ...moment },
    { kind: "kill-pair", ...moment },
    { kind: "cancel-leader", ...moment },
    { kind: "stop-leader", ...moment, forMs: overLeaseMs },
    { kind: "stop-leader", ...moment, forMs: shortMs },
    { kind: "stop-waiter", ...moment, forMs: overLeaseMs },
    { kind: "stop-watchdog", ...moment, forMs: overLeaseMs },
    { kind: "freeze-machine", ...moment, forMs: overLeaseMs },
    { kind: "freeze-all", ...moment, forMs: overLeaseMs },
    { kind: "terminate-leader", ...moment },
    { kind: "terminate-migration", ...moment },
  ];
  const ofServer: readonly Fault[] = [
    { kind: "cut", ...moment },
    { kind: "hole", ...moment, forMs: overLeaseMs },
    { kind: "delay", ...moment, forMs: shortMs },
    { kind: "crash-server", ...moment },
    { kind: "restart-server", ...moment },
  ];
  const [first, ...rest] = stage === "embedded" ? ofProcesses : [...ofProcesses, ...ofServer];
  return random.pick<Fault>([first as Fault, ...rest]);
}
