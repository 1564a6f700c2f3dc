import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { commandLine, MARK, marked, signalAll } from "../support/processes.ts";
import { type Actor, type Ended, hasEnded, startActor } from "./actor.ts";
import { clean } from "./clean.ts";
import { argsOf, environmentOf } from "./invocation.ts";
import { type Entry, readJournal } from "./journal.ts";
import { killActor } from "./kills.ts";
import { labelOf, type Outcome } from "./outcome.ts";
import type { KillPlan, Schedule } from "./plans.ts";
import { type Checkout, makeCheckouts } from "./project.ts";
import { judge } from "./promises/promises.ts";
import type { Decoy, Existing, Venue } from "./venues/venue.ts";

/** The result of a schedule. */
export interface Played {
  readonly seed: number;
  readonly venue: string;
  /** What was really done to actors that had not ended. */
  readonly kills: readonly string[];
  readonly checked: Readonly<Record<string, number>>;
  readonly broken: readonly string[];
  readonly ms: number;
  /** What happened, for the analysis of a failure. */
  readonly record: string;
}

/** An actor that needs longer hangs. A job asks a Neon that is down several times, and tries for up to a minute each time. */
const WITHIN_MS = 150_000;

/** After the end of its job, a command must end within this time. */
const COMMAND_MS = 6000;

/** Plays one schedule and checks all promises. */
export async function play(schedule: Schedule, venue: Venue): Promise<Played> {
  const startedAt = performance.now();
  const folder = await mkdtemp(join(tmpdir(), `offshoot-life-${schedule.seed}-`));
  const mark = `life-${process.pid}-${schedule.seed}`;
  const journal = join(folder, "journal");
  await writeFile(journal, "");
  const checkouts = await makeCheckouts(folder, schedule);
  const repositories = [...new Set(checkouts.map(({ repository }) => repository))];
  const decoys = (await Promise.all(repositories.map((repository) => venue.plant(repository)))).flat();
  const list = async (): Promise<readonly Existing[]> =>
    (await Promise.all(repositories.map((repository) => venue.list(repository)))).flat();
  try {
    const ends = await act(schedule, venue, checkouts, journal, mark);
    const processes = await stillRunning(mark);
    signalAll(marked(mark), "SIGKILL");
    const remaining = await list();
    const cleaning = await clean(schedule, { venue, checkouts, journal, mark });
    const entries = await readJournal(journal);
    const outcome: Outcome = {
      schedule,
      ends,
      journal: entries,
      remaining,
      left: await list(),
      processes,
      cleaning,
      decoys: decoys.length,
      missingDecoys: await missing(decoys),
      secrets: [...venue.secrets, ...passwordsOf(entries)],
      // The record of a git branch has its name, so only what a shell itself would have made is strange.
      strangeFiles: (await readdir(folder, { recursive: true })).filter((path) => basename(path).startsWith("hacked")),
    };
    const { checked, broken } = judge(outcome);
    const kills = ends.flatMap(({ kill }) => kill ?? []);
    return { seed: schedule.seed, venue: venue.name, kills, checked, broken, ms: performance.now() - startedAt, record: recordOf(outcome) };
  } finally {
    signalAll(marked(mark), "SIGKILL");
    await Promise.all(decoys.map((decoy) => decoy.remove()));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Starts the actors, kills some of them, and waits for the ends of all. */
async function act(
  schedule: Schedule,
  venue: Venue,
  checkouts: readonly Checkout[],
  journal: string,
  mark: string,
): Promise<readonly Ended[]> {
  return Promise.all(
    schedule.actors.map(async (plan, index) => {
      await pause(plan.startAtMs);
      const checkout = checkouts[plan.run];
      if (checkout === undefined) throw new Error(`The schedule has no run ${plan.run}.`);
      const env = { ...environmentOf(schedule, venue, checkout, { journal, label: labelOf(plan.run) }), [MARK]: mark };
      const actor = startActor({ name: `${plan.kind}-${index + 1}`, plan, args: argsOf(plan), cwd: checkout.folder, env, mark });
      await Promise.all([
        endWithin(actor),
        ...schedule.kills.filter((kill) => kill.actor === index).map((kill) => killLater(actor, kill, journal)),
      ]);
      return actor.ended;
    }),
  );
}

/** Nothing happens to an actor that never gets as far as the plan says. */
async function killLater(actor: Actor, { after, atMs, kind }: KillPlan, journal: string): Promise<void> {
  if (after !== "start" && !(await hasReached(actor, after === "migration" ? "migration-begin" : "job-begin", journal))) return;
  await pause(atMs);
  await killActor(actor, kind);
}

async function hasReached(actor: Actor, what: Entry["what"], journal: string): Promise<boolean> {
  for (; !hasEnded(actor); await pause(60)) {
    const entries = await readJournal(journal);
    if (entries.some((entry) => entry.actor === actor.name && entry.what === what)) return true;
  }
  return false;
}

async function endWithin(actor: Actor): Promise<void> {
  const timer = setTimeout(() => {
    actor.hung = true;
    actor.child.kill("SIGKILL");
  }, WITHIN_MS);
  await actor.ended;
  clearTimeout(timer);
}

/** The processes of a schedule that still run `COMMAND_MS` after the last job. */
async function stillRunning(mark: string): Promise<readonly string[]> {
  for (const end = performance.now() + COMMAND_MS; performance.now() < end; await pause(100)) if (marked(mark).length === 0) return [];
  return marked(mark).map((pid) => `${pid} ${commandLine(pid).slice(0, 120)}`);
}

async function missing(decoys: readonly Decoy[]): Promise<readonly string[]> {
  const found = await Promise.all(decoys.map((decoy) => decoy.exists()));
  return decoys.filter((_, place) => found[place] === false).map(({ what }) => what);
}

/** The passwords that commands received. */
function passwordsOf(entries: readonly Entry[]): readonly string[] {
  return [...new Set(entries.flatMap(({ url }) => (url === undefined || url === "" ? [] : [decodeURIComponent(new URL(url).password)])))];
}

function recordOf({ schedule, ends, cleaning, journal, remaining, left }: Outcome): string {
  const first = Math.min(...ends.map(({ from }) => from));
  const at = (ms: number): string => ((ms - first) / 1000).toFixed(3).padStart(8);
  const process = ({ name, args, from, to, code, signal, kill, stdout, stderr }: Ended): string =>
    [
      `${at(from)} to ${at(to)}  ${name}: ${args.join(" ")}: ${code ?? signal}${kill === undefined ? "" : ` (${kill})`}`,
      ...`${stdout}${stderr}`
        .trim()
        .split("\n")
        .map((line) => `      ${line}`),
    ].join("\n");
  return [
    JSON.stringify(schedule),
    ...ends.map(process),
    ...cleaning.map(process),
    ...journal.map(
      (entry) =>
        `${at(entry.at)}  ${entry.what} ${entry.actor} ${entry.run} ${entry.token.slice(0, 4)} ${entry.database} ${entry.code ?? ""}`,
    ),
    `after the jobs: ${JSON.stringify(remaining)}; at the end: ${JSON.stringify(left)}`,
  ].join("\n");
}
