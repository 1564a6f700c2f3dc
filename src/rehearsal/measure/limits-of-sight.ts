import { latenessOf, MOMENT_MS, momentOf } from "../limits.ts";
import type { Observed } from "../observe/observe.ts";
import { NO_PROCESS } from "../observe/look.ts";
import type { ProbeSummary } from "./probes.ts";

/** Tables that one sentence names. */
const MOST_NAMES = 10;
/** From so many messages on, what the broker adds to each of them counts. */
const MANY_MESSAGES = 500;

/** The sessions whose locks were seen and that did not pass the broker. Pure. */
export function sessionsBeside({ sampled, pids }: Pick<Observed<unknown>, "sampled" | "pids">): ReadonlySet<number> {
  const known = new Set([...pids.values(), NO_PROCESS]);
  return new Set(sampled.samples.flatMap(({ locks }) => locks.flatMap(({ pid }) => (known.has(pid) ? [] : pid))));
}

/** What an observation could not see, in sentences for people. Pure. */
export function limitsOf(
  { sampled, recording, before, after, left, prepared, sessions, pids }: Observed<unknown>,
  throughBroker: boolean,
  { checked, agreed, refused }: ProbeSummary,
  accuracyMs: number,
  unseen: readonly string[],
): readonly string[] {
  const moment = momentOf(sampled.delayMs, 0);
  const perMessage = Math.round(latenessOf({ ...sampled, delayShare: 1 }, { statements: 1, ms: Number.POSITIVE_INFINITY }));
  const shortest = Math.max(1, Math.round(sampled.interval.median));
  const partial = recording.transactions.filter(({ isExplicit, isComplete }) => isExplicit && !isComplete).length;
  const beside = sessionsBeside({ sampled, pids });
  const cut = recording.statements.filter(({ isCut }) => isCut === true).length;
  return [
    `Locks were read about every ${shortest} ms, and at most ${Math.ceil(sampled.interval.longest)} ms apart. A lock that was held for less than that can be missing. The waits are accurate to about ${Math.max(1, Math.ceil(accuracyMs))} ms.`,
    ...(unseen.length === 0
      ? []
      : [
          `Some locks on ${listed(unseen)} were not seen, because their statements ended before the next look. They and their waits were shorter than the time between two looks.`,
        ]),
    ...(checked === 0
      ? []
      : [
          `${agreed} of ${checked} probes (lock table … nowait) agreed with the computed waits.${agreed === checked ? "" : " So the waits of this run are estimates."}`,
        ]),
    ...(refused.length === 0 ? [] : [`This role must not lock ${refused.join(", ")}, so the waits there were not probed.`]),
    ...(moment === MOMENT_MS
      ? []
      : [
          `The server or this machine was busy: an answer came up to ${Math.round(sampled.delayMs)} ms late. So a wait is a finding only from ${moment} ms on, and up to ${perMessage} ms later for each message of the command in it. Shorter waits are only in the table: rehearse on a machine with less work to have them judged.`,
        ]),
    ...(throughBroker
      ? []
      : ["The command did not pass offshoot's broker, so its statements are not known, and all times are from samples."]),
    ...(throughBroker && beside.size > 0
      ? [
          `${beside.size} session${beside.size === 1 ? "" : "s"} of the command connected to the server itself, and not through offshoot's broker. The report has the locks, but not the statements: give the command the URL that offshoot sets.`,
        ]
      : []),
    ...(prepared === 0
      ? []
      : [
          `The command left ${prepared} prepared transaction${prepared === 1 ? "" : "s"}, which ${prepared === 1 ? "was" : "were"} rolled back in the copy. In production, the locks are held until somebody ends ${prepared === 1 ? "it" : "them"}: see pg_prepared_xacts.`,
        ]),
    ...(throughBroker && sessions === 0 && beside.size === 0
      ? ["No session of the command passed offshoot's broker. If it used another database, nothing of it was seen."]
      : []),
    ...(partial === 0
      ? []
      : [
          `${partial} transaction${partial === 1 ? "" : "s"} ended without a last look at the locks, to keep the command fast. Short locks there can be missing.`,
        ]),
    ...(throughBroker && recording.statements.length >= MANY_MESSAGES
      ? [
          `The command sent ${recording.statements.length.toLocaleString("en-US")} messages, and each of them passes offshoot's broker too, which takes 0.15 to 0.5 ms, or more on a busy machine. So waits in which many of them ran are shorter in production than they are here.`,
        ]
      : []),
    ...(cut === 0
      ? []
      : [`Of ${cut} long message${cut === 1 ? "" : "s"}, only the start was read. Statements after it are counted, but not named.`]),
    ...(recording.dropped === 0 ? [] : [`${recording.dropped} statements and transactions were not kept, because there were too many.`]),
    ...(before.isCut || after.isCut ? ["The database has so many tables and indexes that some were not looked at."] : []),
    ...(before.logPosition === undefined ? ["This role or this server does not show the write-ahead log."] : []),
    ...(before.logIsReduced === true && before.logPosition !== undefined ? [reducedLog(before.logIsMinimal === true)] : []),
    ...(left === 0
      ? []
      : [
          `${left} session${left === 1 ? " of the command was still open after it, and was" : "s of the command were still open after it, and were"} ended. What would have come is not in the report.`,
        ]),
  ];
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more tables` : ""}`;
}

function reducedLog(isMinimal: boolean): string {
  const setting = isMinimal ? "wal_level = minimal" : "full_page_writes = off";
  const means = isMinimal
    ? "So the log of the migration is not shown, and rewrites and index builds take longer in production."
    : "Expect more log there: at least the size of what is written again.";
  return `The server of the copy writes a shorter log than a production server does (${setting}). ${means}`;
}
