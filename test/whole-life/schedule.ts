import { randomFrom, type Random } from "../support/random.ts";
import { type ActorKind, type ActorPlan, KILL_KINDS, type KillPlan, type RunPlan, type Schedule, type VenueName } from "./plans.ts";

/** Names that a shell, SQL or a file system could misread. The file `hacked` must not exist afterwards. */
const HOSTILE = [
  "x;touch hacked",
  "$(touch hacked)",
  "`touch hacked`",
  "a'b\"c",
  "x' or '1'='1",
  "--help",
  "../../up",
  "ünïcode 名",
] as const;

/** The schedule of a seed. `venues`: where this machine can create databases. */
export function scheduleOf(seed: number, venues: readonly VenueName[]): Schedule {
  const random = randomFrom(seed);
  const wanted = random.pick<VenueName>([
    "embedded",
    "embedded",
    "embedded",
    "embedded",
    "embedded",
    "neon",
    "neon",
    "neon",
    "docker",
    "docker",
  ]);
  const special = random.pick<Schedule["special"]>([
    "nothing",
    "nothing",
    "nothing",
    "nothing",
    "nothing",
    "nothing",
    "nothing",
    "failing-migration",
    "fallback",
    "rejected",
  ]);
  const venue = special === "fallback" || special === "rejected" ? "embedded" : wanted;
  const runs = runsOf(random, seed);
  const actors = actorsOf(random, runs.length);
  return {
    seed,
    venue: venues.includes(venue) ? venue : "embedded",
    special,
    aftermath: random.pick(["down", "expiry"]),
    runs,
    actors,
    kills: killsOf(random, actors),
    ttl: venue !== "neon" && random.chance(0.2) ? "short" : "long",
    base: random.chance(0.4),
    // Few values: each one is a version of the migrations, which has a base of its own.
    stepMs: random.pick([10, 60, 140]),
  };
}

function runsOf(random: Random, seed: number): readonly RunPlan[] {
  const by = random.pick<RunPlan["by"]>(["name", "name", "person"]);
  const hostile = random.chance(0.25) ? ` ${random.pick(HOSTILE)}` : "";
  const first: RunPlan = { by, name: `life-${seed}${hostile}`, repository: 1 };
  const kind = random.pick(["one", "one", "similar", "other-repository"] as const);
  if (kind === "one") return [first];
  // A similar name in one repository, or the same name in another one. Two people have the same branch.
  const name = kind === "similar" && by === "name" ? `${first.name}-2` : first.name;
  return [first, { by, name, repository: kind === "similar" ? 1 : 2 }];
}

function actorsOf(random: Random, runs: number): readonly ActorPlan[] {
  const jobs = Array.from({ length: random.between(2, 3) }, (_, place) => actor(random, "run", place % runs));
  const others = Array.from({ length: random.between(0, 2) }, () => {
    const kind = random.pick<ActorKind>(["up", "migrate", "env", "list", "status", "sweep", "sweep", "down"]);
    return actor(random, kind, random.between(0, runs - 1));
  });
  return [...jobs, ...others];
}

function actor(random: Random, kind: ActorKind, run: number): ActorPlan {
  return { kind, run, startAtMs: random.between(0, 1200), workS: random.between(0, 1), status: random.chance(0.15) ? 7 : 0 };
}

function killsOf(random: Random, actors: readonly ActorPlan[]): readonly KillPlan[] {
  const jobs = actors.flatMap(({ kind }, place) => (kind === "run" ? [place] : []));
  const count = random.between(1, jobs.length);
  return jobs.slice(0, count).map((place) => {
    const after = random.pick<KillPlan["after"]>(["start", "start", "migration", "command", "command"]);
    return { actor: place, after, atMs: random.between(0, after === "start" ? 2500 : 600), kind: random.pick(KILL_KINDS) };
  });
}
