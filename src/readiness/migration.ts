import { setTimeout as timer } from "node:timers/promises";
import { type Lead, recordHeartbeat } from "./claim.ts";
import { admit, checksConnection } from "./admission.ts";
import { type CommandOptions, type Fence, type RunningCommand, startCommand } from "./command.ts";
import { leavesMachine } from "./fence.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { MigrationCommand } from "./migration-command.ts";
import { lossReason } from "./record.ts";
import type { MigrateRequest } from "./request.ts";
import { migrationName } from "./session-names.ts";
import { forgetEndedSessions } from "./sessions.ts";
import { limitsOf } from "./timings.ts";
import { type UnfencedWatch, watchUnfenced } from "./unfenced.ts";
import { openWorkBroker } from "./work-broker.ts";
import { startWork } from "./work.ts";

/** A running migration, and what is left of it when its command has ended with status 0. */
export interface RunningMigration extends RunningCommand {
  /** Sessions that were still open then, after a limited wait. A text: why the lead is lost. */
  sessionsLeft(): number | string;
  /** Sessions that do not pass the broker. Undefined: nothing passes one. */
  readonly unfenced?: UnfencedWatch | undefined;
}

/** A command's sessions have this long to end after it. */
const SESSIONS_MS = 3000;

/** Starts the command, or the function, of a leader. */
export async function startMigration(held: Lead, request: MigrateRequest, heartbeat: Heartbeat): Promise<RunningMigration> {
  const { session, claim } = held;
  const { silenceMs, shortGraceMs } = limitsOf(request.timings);
  const { command, cwd, emit, secrets, url } = request;
  const name = migrationName(request.run, claim.epoch);
  if (command.kind === "work") {
    const prove = (): Promise<boolean> => recordHeartbeat(session, claim);
    const fence = request.fence === "off" ? undefined : await fenceFor(held, name);
    const broker = fence && (await openWorkBroker(url, fence));
    const options = { applicationName: name, epoch: claim.epoch, prove, beatAt: heartbeat.beatAt(), silenceMs };
    return { ...startWork(command, { ...options, url, broker }), sessionsLeft: () => 0 };
  }
  const fence = await fenceOf(command, held, request, name);
  let left: number | string = 0;
  const started = held.watchdog?.isTaken() === false ? held.watchdog : undefined;
  const options: CommandOptions = {
    cwd,
    url,
    env: (reached) => ({ ...request.env(reached), PGAPPNAME: name }),
    fence,
    beatAt: () => heartbeat.beatAt(),
    silenceMs,
    shortGraceMs,
    emit,
    secrets,
    async untilSessionsEnded() {
      left = await sessionsLeft(held);
    },
  };
  const running = startCommand(command, options, started);
  return { ...running, sessionsLeft: () => left, unfenced: fence && watchUnfenced(session, claim.epoch) };
}

/** Undefined: the command connects to the server itself, and the user is informed why, unless he chose it. */
async function fenceOf(command: MigrationCommand, held: Lead, request: MigrateRequest, name: string): Promise<Fence | undefined> {
  const { fence = "auto", url, emit } = request;
  if (fence === "off") return undefined;
  const elsewhere = fence === "auto" ? leavesMachine(command, url) : undefined;
  if (elsewhere !== undefined) {
    const text = `The migration command is not fenced: \`${elsewhere}\` runs it outside this machine's network, where it cannot reach offshoot's broker. If this job is killed, the command can overlap with the next one.`;
    emit({ kind: "warning", text });
    return undefined;
  }
  return fenceFor(held, name);
}

async function fenceFor({ session, claim }: Lead, name: string): Promise<Fence> {
  return { name, checksConnection: await checksConnection(session), admit: (each) => admit(session, claim, each) };
}

async function sessionsLeft({ session, claim: { epoch } }: Lead): Promise<number | string> {
  try {
    for (const end = performance.now() + SESSIONS_MS; ; await timer(25)) {
      const left = await forgetEndedSessions(session, epoch);
      if (left === 0 || performance.now() >= end) return left;
    }
  } catch (thrown) {
    return lossReason(thrown);
  }
}
