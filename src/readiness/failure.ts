import { codeOf, isOffshootError, messageOf, OffshootError } from "../errors.ts";
import { hideValues } from "../postgres/private-output.ts";
import { describeServerError, publicMessage, type ServerError } from "../postgres/server-error.ts";
import { hintOf } from "../postgres/thrown-error.ts";
import { withoutNoise } from "../process/noise.ts";
import { redact } from "../redact.ts";
import type { CommandEnd } from "./command.ts";
import type { Failure, Marker } from "./marker.ts";
import { remedyOf } from "./remedy.ts";
import type { Owner, ReadinessRequest } from "./request.ts";
import { existsOnServer } from "../postgres/server-wide.ts";
import { missingProgram } from "./missing-program.ts";
import { printedLock } from "./printed-lock.ts";

/** What is shown in place of the command of the tool `sql`. */
const OWN_TOOL = "offshoot migrate";

/** Lines of a failed command's output that its error shows. The marker keeps more. */
const SHOWN_LINES = 15;

/** The failure of a command that did not end with status 0. */
export function commandFailure(command: string, end: CommandEnd, secrets: readonly string[]): Failure {
  const shown = redact(command, secrets);
  const how = end.code === null ? `was ended by ${end.signal ?? "a signal"}` : `ended with exit status ${end.code}`;
  // Users do not type the command of the tool `sql`, so it is named only where nothing else is known.
  const isOwn = shown === OWN_TOOL;
  const ends = isOwn ? (end.cause === undefined ? [`applying the SQL files ${how}`] : []) : [`\`${shown}\` ${how}`];
  const last = lastLines(end.tail);
  const lock = printedLock(end);
  const onServer = existsOnServer(end.cause);
  const missing = end.cause === undefined ? missingProgram({ exitCode: end.code ?? undefined, tail: end.tail }) : undefined;
  const earlier =
    end.earlier === undefined
      ? []
      : [`Before that, the server refused a statement, and the command continued: ${describeServerError(end.earlier)}.`];
  const hints =
    missing === undefined
      ? [
          ...(lock === undefined ? [] : [lock.meaning]),
          ...(onServer === undefined ? [] : [onServer.meaning]),
          ...earlier,
          ...brokerHints(end),
        ]
      : [missing.meaning];
  return {
    code: "MIGRATION_FAILED",
    message: `The migration failed: ${[...(end.cause === undefined ? [] : [describeServerError(end.cause)]), ...ends].join(". ")}.`,
    ...factsOf(end.cause, reachedNothing(end)),
    ...withMeaning([...hints, ...(last === undefined ? [] : [last])]),
    command: shown,
    ...(end.code === null ? {} : { exitCode: end.code }),
    ...(end.signal === null ? {} : { signal: end.signal }),
    tail: end.tail,
  };
}

/** Whether a command did not try to open a session at the URL that it got, although it could. */
function reachedNothing({ sessions }: CommandEnd): boolean {
  return sessions !== undefined && sessions.heard === 0 && sessions.needTls === 0;
}

/** The failure of a command that ended with status 0 while something that it started still used the database. */
export function sessionsLeftFailure(command: string, left: number, end: CommandEnd, secrets: readonly string[]): Failure {
  const shown = redact(command, secrets);
  const programs = [...new Set(end.left)].join(", ");
  const sessions = left === 1 ? "one database session" : `${left} database sessions`;
  return {
    code: "MIGRATION_FAILED",
    message: `The migration failed: \`${shown}\` ended with exit status 0, but left ${sessions} open.`,
    meaning: `Something that it started in the background was still using the database${programs === "" ? "" : ` (${programs})`}, and was ended.`,
    remedy: "Let the command wait for everything that it starts. Then start a new run.",
    command: shown,
    exitCode: 0,
    tail: end.tail,
  };
}

/** The failure of a command that had to pass the broker (`migrations.fence: require`), and did not. */
export function unfencedFailure(command: string, secrets: readonly string[]): Failure {
  const shown = redact(command, secrets);
  return {
    code: "MIGRATION_FAILED",
    message: `The migration failed: \`${shown}\` opened no session at the URL that offshoot gave it.`,
    meaning: "The setting migrations.fence is require, and a command that connects elsewhere cannot be fenced.",
    remedy: "Let the command use DATABASE_URL or the PG* variables. Or set migrations.fence to auto or off.",
    command: shown,
    exitCode: 0,
  };
}

/** The failure of one of several steps, with the name of the step. */
export function inNamedStep(failure: Failure, step: string): Failure {
  const named = JSON.stringify(step);
  const message = failure.message.replace(/^(The migration failed): /, `$1 in step ${named}: `);
  return {
    ...failure,
    message: message === failure.message ? `Step ${named} of the migrations: ${message}` : message,
    facts: { ...failure.facts, step },
  };
}

/** The failure for any other error, such as one of `verify`. */
export function otherFailure(thrown: unknown, secrets: readonly string[]): Failure {
  if (!isOffshootError(thrown)) return { code: "UNEXPECTED", message: redact(messageOf(thrown), secrets) };
  const { code, message, meaning, remedy, facts } = thrown;
  return {
    code,
    message,
    ...(meaning === undefined ? {} : { meaning }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
  };
}

/** The failure of a migration function that threw. */
export function workFailure(name: string, thrown: unknown, secrets: readonly string[]): Failure {
  const { message, ...rest } = otherFailure(thrown, secrets);
  const shown = isOffshootError(thrown) ? message : isFromServer(thrown) ? publicMessage(message) : hideValues(message);
  const hint = isFromServer(thrown) ? hintOf(thrown) : undefined;
  const meaning = hint === undefined ? {} : { meaning: `The server's hint: ${hint}` };
  return { ...rest, ...meaning, message: `The migration failed: ${redact(name, secrets)} threw: ${shown.replace(/\.$/, "")}.` };
}

/** Whether a driver threw an error of the server: its message can contain values of rows. */
function isFromServer(thrown: unknown): boolean {
  return thrown instanceof Error && "severity" in thrown && /^[0-9A-Z]{5}$/.test(codeOf(thrown) ?? "");
}

/** What an error for a failed migration depends on, beside the failure. */
export type FailedRequest = Pick<ReadinessRequest, "owner" | "attempt" | "invocation" | "rerun" | "deletedAfterFailure" | "secrets">;

/** The error for the leader itself. */
export function leaderError(failure: Failure, request: FailedRequest): OffshootError {
  return migrationFailed(failure, failure.message, request);
}

/** The error for a job that waited for the leader, or started later. */
export function waiterError(marker: Marker, request: FailedRequest): OffshootError {
  const failure: Failure = marker.error ?? { code: "UNEXPECTED", message: "The migration failed." };
  const message = `${failure.message.replace(/\.$/, "")} (run by ${describeOwner(marker.owner)}).`;
  return migrationFailed(failure, message, { ...request, owner: marker.owner, attempt: marker.attempt });
}

/** The error for two jobs of one run with different migrations. */
export function conflictError(marker: Marker, fingerprint: string): OffshootError {
  const retry = marker.state === "failed" ? " If you changed the migrations after they failed, run `offshoot migrate --retry`." : "";
  return new OffshootError("FINGERPRINT_CONFLICT", "Two jobs of this run have different migrations.", {
    meaning:
      `${describeOwner(marker.owner)} has fingerprint ${marker.fingerprint.slice(0, 12)} (${marker.state}), ` +
      `this job has ${fingerprint.slice(0, 12)}. They cannot use the same database.`,
    remedy: `Give both jobs the same checkout, migration files and migration command, or a different run each (--run). If you changed them at your desk since, start again with a new database: npx offshoot down.${retry}`,
    facts: { recorded: marker.fingerprint, fingerprint, state: marker.state, host: marker.owner.host, pid: marker.owner.pid },
  });
}

/** `ci-7 (pid 12, job test)`. */
export function describeOwner(owner: Owner): string {
  return `${owner.host} (pid ${owner.pid}${owner.job === undefined ? "" : `, job ${owner.job}`})`;
}

function migrationFailed(failure: Failure, message: string, request: FailedRequest): OffshootError {
  const { owner, attempt, secrets } = request;
  // Findings of the audit have the code FINDINGS in every job. Every other failure is a failed migration.
  const code = failure.code === "FINDINGS" ? "FINDINGS" : "MIGRATION_FAILED";
  return new OffshootError(code, message, {
    meaning: failure.meaning,
    remedy: failure.remedy ?? remedyOf(failure, owner, request),
    facts: {
      ...failure.facts,
      leaderCode: failure.code,
      command: failure.command,
      exitCode: failure.exitCode,
      signal: failure.signal,
      tail: failure.tail,
      host: owner.host,
      pid: owner.pid,
      job: owner.job,
      attempt,
    },
    secrets,
  });
}

/** The cause, for programs. */
function factsOf(cause: ServerError | undefined, noSession: boolean): Pick<Failure, "facts"> {
  const { message, sqlstate, object, file, line } = cause ?? {};
  const all = { databaseError: message, sqlstate, object, file, line, noSession: noSession || undefined };
  const facts = Object.entries(all).filter(([, value]) => value !== undefined);
  return facts.length === 0 ? {} : { facts: Object.fromEntries(facts) };
}

function withMeaning(lines: readonly string[]): { readonly meaning?: string } {
  return lines.length === 0 ? {} : { meaning: lines.join("\n") };
}

/** Reasons in the broker for which a command may have failed. */
function brokerHints(end: CommandEnd): readonly string[] {
  const { sessions } = end;
  const off = "set migrations.fence to off";
  if (sessions === undefined) return [];
  if (sessions.needTls > 0) return [`It wanted TLS, which offshoot's broker on this machine does not have. If that is the cause, ${off}.`];
  if (sessions.admitted > 0 || sessions.heard > 0) return [];
  if (end.cause !== undefined) return ["It opened no session at the URL that offshoot gave it, so the error is one of another database."];
  return [`It opened no session at the URL that offshoot gave it (127.0.0.1). If it cannot reach that address, as in a container, ${off}.`];
}

/** The end of the output. The last line alone may be only a closing brace. */
function lastLines(tail: string): string | undefined {
  const lines = withoutNoise(tail.split("\n").map((line) => line.trimEnd())).filter((line) => line !== "");
  if (lines.length <= 1) return lines.length === 0 ? undefined : `Its output was: ${lines[0]?.trim()}`;
  return ["Its last lines were:", ...lines.slice(-SHOWN_LINES).map((line) => `| ${line}`)].join("\n");
}
