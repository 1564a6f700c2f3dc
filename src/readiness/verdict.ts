import { leftRunning } from "../process/left-processes.ts";
import { isOffshootError } from "../errors.ts";
import type { CommandEnd } from "./command.ts";
import { describeCommand } from "./migration-command.ts";
import { commandFailure, leaderError, sessionsLeftFailure, unfencedFailure, workFailure } from "./failure.ts";
import type { Failure } from "./marker.ts";
import type { MigrateRequest } from "./request.ts";

/** `dropped`: this job's own problem, which shows nothing about the migration. Another job may lead. */
export type Verdict =
  | { readonly kind: "migrated" }
  | { readonly kind: "lost"; readonly lost: string }
  | { readonly kind: "failed"; readonly failure: Failure; readonly error: unknown }
  | { readonly kind: "dropped"; readonly error: unknown };

/** An end that shows nothing about the migration: this job may lead again, or another one does. */
export function lossOf(end: CommandEnd): Verdict | undefined {
  if (end.watchdogKilledBy !== undefined) {
    return { kind: "lost", lost: `the watchdog process of its migration command was killed (${end.watchdogKilledBy})` };
  }
  if (end.abandoned) return { kind: "lost", lost: "it could not prove in time that it leads" };
  if (isOffshootError(end.error) && end.error.code === "LEADERSHIP_LOST") return { kind: "lost", lost: "the migration function found so" };
  return undefined;
}

/** What the end of the command, or of the function, means. `left`: see `RunningMigration`. */
export function verdictOf(end: CommandEnd, left: number | string, request: MigrateRequest): Verdict {
  const failure = failureOf(end, left, request);
  if (failure !== undefined) return { kind: "failed", failure, error: leaderError(failure, request) };
  if (typeof left === "string") return { kind: "lost", lost: left };
  warnOf(end, request);
  return { kind: "migrated" };
}

function failureOf(end: CommandEnd, left: number | string, { command, fence, secrets }: MigrateRequest): Failure | undefined {
  if (end.code !== 0) {
    return command.kind === "work" ? workFailure(command.name, end.error, secrets) : commandFailure(describeCommand(command), end, secrets);
  }
  if (command.kind === "work") return undefined;
  if (typeof left === "number" && left > 0) return sessionsLeftFailure(describeCommand(command), left, end, secrets);
  return fence === "require" && (end.sessions?.admitted ?? 0) === 0 ? unfencedFailure(describeCommand(command), secrets) : undefined;
}

/** What the user should know about a command that ended with status 0. */
function warnOf({ sessions, left = [] }: CommandEnd, { emit }: MigrateRequest): void {
  if (sessions?.admitted === 0) {
    emit({
      kind: "warning",
      text: "The migration command was not fenced: it opened no session at the URL that offshoot gave it. Let it use DATABASE_URL or the PG* variables, because it may have migrated another database. Only if it reaches this one in another way, set migrations.fence to off.",
    });
  }
  if (left.length > 0) emit({ kind: "warning", text: `The migration command left ${leftRunning(left)}.` });
}
