import { codeOf, isOffshootError, OffshootError } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { isPassing, SQLSTATE } from "../postgres/sqlstate.ts";
import { type Deadline, deadline, jitter } from "../deadline.ts";
import { adopt } from "./claim.ts";
import { type Absence, requireThere } from "./absence.ts";
import { type Caller, decide, type View } from "./decide.ts";
import { isDirect } from "./direct.ts";
import { conflictError, waiterError } from "./failure.ts";
import { endSilentHolder } from "./lock.ts";
import { askerOf } from "./snapshot.ts";
import type { Marker } from "./marker.ts";
import { describeSilence, describeWaiting, sayer, timedOut } from "./patience.ts";
import type { ReadinessRequest, Migrated, MigrateRequest } from "./request.ts";
import { openGate } from "./session.ts";
import { privilegeMissing } from "./table.ts";
import { finishForAnother, tryToLead } from "./attempt.ts";
import { enterRoom, type Look, type Watch } from "./shared-poller.ts";

export type { ReadinessRequest, GateTimings, Migrated, MigrateRequest } from "./request.ts";

/** Being superseded so often in one call is no accident: something ends our sessions again and again. */
const MAX_LOSSES = 5;
/** While a base is copied, nobody should be connected. */
const SEALING_PAUSE_MS = 1000;

/**
 * Runs the migrations of a fingerprint once, whoever of many callers starts first; the others wait. Returns when
 * the database is migrated and, with `verify`, checked.
 *
 * Throws `MIGRATION_FAILED` (in every caller, with the leader's own words in `facts`), what `verify` threw (in the
 * leader), `FINGERPRINT_CONFLICT`, `COMMAND_NOT_FOUND`, `URL_POOLED`, `PRIVILEGE_MISSING`, `CONNECTION_FAILED`,
 * `LEADERSHIP_LOST`, `TIMED_OUT` and `CANCELLED`. A cancelled leader leaves the lead to another at once.
 */
export function migrateOnce(request: MigrateRequest): Promise<Migrated> {
  return pass(request, request);
}

/** Waits for the marker only, and never migrates. Throws as `migrateOnce` does. */
export function waitUntilMigrated(request: ReadinessRequest): Promise<Migrated> {
  return pass(request, undefined);
}

/** What this call knows from its earlier looks. */
interface Passage {
  readonly within: Deadline;
  readonly watch: Watch;
  asker: Caller | undefined;
  seen: View | undefined;
  /** Milliseconds that the last look took. */
  lookMs: number;
  fault: unknown;
  readonly absence: Absence;
  isDirect: boolean;
  losses: number;
}

type Step =
  | ({ readonly kind: "past" } & Pick<Migrated, "state" | "database">)
  | { readonly kind: "again" }
  | { readonly kind: "wait"; readonly atLeastMs: number };

const WAIT: Step = { kind: "wait", atLeastMs: 0 };

async function pass(request: ReadinessRequest, leader: MigrateRequest | undefined): Promise<Migrated> {
  const startedAt = performance.now();
  const within = deadline("waiting for the migration", request.timings.withinMs, request.signal);
  const watch = enterRoom(request);
  const passage: Passage = {
    within,
    watch,
    asker: undefined,
    seen: undefined,
    lookMs: 0,
    fault: undefined,
    absence: {},
    isDirect: false,
    losses: 0,
  };
  const say = sayer(request.emit);
  try {
    // Few polls per second keep a server of a hundred connections free for those who work; half a second is soon enough.
    for (let pauseMs = 0, steps = 0; ; steps += 1) {
      const step = await takeStep(passage, pauseMs, request, leader);
      if (step.kind === "past") {
        const { state, database } = step;
        return { state, database, fingerprint: request.fingerprint, ms: Math.round(performance.now() - startedAt) };
      }
      within.check();
      if (step.kind === "wait")
        say(passage.fault === undefined ? describeWaiting(passage.seen, leader === undefined) : describeSilence(passage.fault));
      // A server that answers slowly, since many wait, is asked less often.
      const slowMs = Math.min(passage.lookMs * 5, 1500);
      pauseMs = step.kind === "again" ? 0 : jitter(Math.max(request.timings.pollMs * Math.min(1.5 ** steps, 2), step.atLeastMs, slowMs));
    }
  } catch (thrown) {
    throw await timedOut(thrown, request, passage.seen, passage.fault);
  } finally {
    watch.leave();
  }
}

/** One look and what follows from it; faults that may pass are a reason to wait. */
async function takeStep(passage: Passage, pauseMs: number, request: ReadinessRequest, leader: MigrateRequest | undefined): Promise<Step> {
  const { within, watch } = passage;
  try {
    return await act(await watch.next(pauseMs, within.signal), passage, request, leader);
  } catch (thrown) {
    if (codeOf(thrown) === SQLSTATE.insufficientPrivilege) throw privilegeMissing(thrown);
    // What the deadline cut short says "cancelled" too; the next check will say what it was.
    const isCutShort = isOffshootError(thrown) && thrown.code === "CANCELLED" && !request.signal.aborted;
    if (!isCutShort && !isPassing(thrown)) throw thrown;
    if (!isCutShort) await requireThere(passage.absence, request, (passage.fault = thrown));
    return WAIT;
  }
}

async function act(seen: Look, passage: Passage, request: ReadinessRequest, leader: MigrateRequest | undefined): Promise<Step> {
  const { view } = seen;
  const isFirst = passage.asker === undefined;
  passage.seen = view;
  passage.lookMs = seen.ms;
  passage.fault = undefined;
  delete passage.absence.askAt;
  const asker = (passage.asker ??= askerOf(request, view.now));
  const decision = decide(view, asker);
  const past = (state: Migrated["state"]): Step => ({ kind: "past", state, database: view.database });
  switch (decision.kind) {
    case "ready":
      // One caller of this process is enough to write it down; the others need not wait for that.
      if (decision.inherited && leader !== undefined)
        await seated(seen, passage, request, (session) => adoptReady(session, decision.marker, view, request));
      return past(isFirst ? "already" : "waited");
    case "failed":
      throw waiterError(decision.marker, request.secrets);
    case "conflict":
      throw conflictError(decision.marker, request.fingerprint);
    case "wait":
      return decision.on?.state === "sealing" ? { kind: "wait", atLeastMs: SEALING_PAUSE_MS } : WAIT;
    case "finish":
      return seated(seen, passage, request, async (session) =>
        (await finishForAnother(session, asker)) === "ready" ? past("waited") : WAIT,
      );
    // One who only waits leaves the next two to those who may migrate.
    case "takeover":
      return leader === undefined
        ? WAIT
        : seated(seen, passage, request, (session) => takeOver(session, decision.pid, decision.leaseMs, request));
    case "lead":
      return leader === undefined
        ? WAIT
        : seated(seen, passage, request, async (session) => ((await takeTurn(session, asker, passage, leader)) ? past("ran") : WAIT));
    // The compiler knows that this is all; the linter wants to see it.
    default:
      return decision satisfies never;
  }
}

/** Acts for all callers of this process, over the session that was looked through; another who acts is waited for. */
async function seated(seen: Look, passage: Passage, request: ReadinessRequest, work: (session: Session) => Promise<Step>): Promise<Step> {
  const release = passage.watch.takeSeat();
  if (release === undefined) return WAIT;
  let session = seen.take();
  try {
    session ??= await openGate(request, passage.within.signal);
    return await work(session);
  } finally {
    release();
    await session?.close();
  }
}

async function adoptReady(session: Session, marker: Marker, view: View, request: ReadinessRequest): Promise<Step> {
  await adopt(session, { database: view.database, run: request.run, fingerprint: request.fingerprint }, marker, request);
  return WAIT;
}

async function takeOver(session: Session, pid: number, leaseMs: number, request: ReadinessRequest): Promise<Step> {
  if (!(await endSilentHolder(session, pid, leaseMs))) return WAIT;
  request.emit({ kind: "note", text: `The leader was silent for more than ${leaseMs / 1000} s; its session was ended.` });
  return { kind: "again" };
}

/** True when this call led to the end. */
async function takeTurn(session: Session, asker: Caller, passage: Passage, request: MigrateRequest): Promise<boolean> {
  passage.isDirect ||= await isDirect(session, request, passage.within.signal);
  if (!passage.isDirect) return false;
  const turn = await tryToLead(session, asker, request, passage.within);
  if (turn === "ready") return true;
  if (turn === "again") return false;
  passage.losses += 1;
  if (passage.losses >= MAX_LOSSES) {
    throw new OffshootError("LEADERSHIP_LOST", `The lead of the migration was lost ${passage.losses} times.`, {
      meaning: "Something ends this job's database session or keeps it from answering in time.",
      remedy: "Look at the server's log, and at what else signs in with this role.",
      facts: { losses: passage.losses },
    });
  }
  request.emit({
    kind: "warning",
    text: "This job lost the lead of the migration; its command was ended. Waiting for whoever leads now.",
  });
  return false;
}
