import { isOffshootError, messageOf, OffshootError } from "../errors.ts";
import { redact } from "../redact.ts";
import type { CommandEnd } from "./command.ts";
import type { Failure, Marker } from "./marker.ts";
import type { Owner } from "./request.ts";

/** Lines of a failed command's output that its error shows; the marker keeps more of them. */
const SHOWN_LINES = 15;

/** A command that ended badly, as a failure. */
export function commandFailure(command: string, end: CommandEnd, secrets: readonly string[]): Failure {
  const shown = redact(command, secrets);
  const how = end.code === null ? `was ended by ${end.signal ?? "a signal"}` : `ended with exit status ${end.code}`;
  const last = lastLines(end.tail);
  return {
    code: "MIGRATION_FAILED",
    message: `The migration failed: \`${shown}\` ${how}.`,
    ...(last === undefined ? {} : { meaning: last }),
    command: shown,
    ...(end.code === null ? {} : { exitCode: end.code }),
    ...(end.signal === null ? {} : { signal: end.signal }),
    tail: end.tail,
  };
}

/** Whatever else made the migration fail, as a failure. */
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

/** What a function threw that migrates, as a failure. */
export function workFailure(name: string, thrown: unknown, secrets: readonly string[]): Failure {
  const { message, ...rest } = otherFailure(thrown, secrets);
  return { ...rest, message: `The migration failed: ${redact(name, secrets)} threw: ${message.replace(/\.$/, "")}.` };
}

/** The leader's own error. */
export function leaderError(failure: Failure, owner: Owner, attempt: number, secrets: readonly string[]): OffshootError {
  return migrationFailed(failure, owner, attempt, failure.message, secrets);
}

/** The same failure for one who waited, or came later. */
export function waiterError(marker: Marker, secrets: readonly string[]): OffshootError {
  const failure: Failure = marker.error ?? { code: "UNEXPECTED", message: "The migration failed." };
  const message = `${failure.message.replace(/\.$/, "")} (it was run by ${describeOwner(marker.owner)}).`;
  return migrationFailed(failure, marker.owner, marker.attempt, message, secrets);
}

/** Two jobs of one run that bring different migrations. */
export function conflictError(marker: Marker, fingerprint: string): OffshootError {
  return new OffshootError("FINGERPRINT_CONFLICT", "Two jobs of this run bring different migrations.", {
    meaning:
      `${describeOwner(marker.owner)} brought ${marker.fingerprint.slice(0, 12)} (${marker.state}), ` +
      `this job brings ${fingerprint.slice(0, 12)}. One database can't serve both.`,
    remedy: "Check that both jobs have the same checkout, migration files and migration command, or give them runs of their own.",
    facts: { theirs: marker.fingerprint, ours: fingerprint, state: marker.state, host: marker.owner.host, pid: marker.owner.pid },
  });
}

/** `ci-7 (pid 12, job test)`. */
export function describeOwner(owner: Owner): string {
  return `${owner.host} (pid ${owner.pid}${owner.job === undefined ? "" : `, job ${owner.job}`})`;
}

function migrationFailed(failure: Failure, owner: Owner, attempt: number, message: string, secrets: readonly string[]): OffshootError {
  // What the audit found is findings in every job alike; any other reason makes a failed migration.
  const code = failure.code === "FINDINGS" ? "FINDINGS" : "MIGRATION_FAILED";
  return new OffshootError(code, message, {
    meaning: failure.meaning,
    remedy:
      failure.remedy ?? `Correct the migration and start the run again. For the same run: a new attempt (this was ${attempt}), or --retry.`,
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

/** The end of the output: a tool's last line alone may be no more than a closing brace. */
function lastLines(tail: string): string | undefined {
  const lines = tail
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
  if (lines.length <= 1) return lines.length === 0 ? undefined : `It said: ${lines[0]?.trim()}`;
  return ["Its last lines were:", ...lines.slice(-SHOWN_LINES).map((line) => `  ${line}`)].join("\n");
}
