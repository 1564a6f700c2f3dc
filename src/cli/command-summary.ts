import type { PhaseSummary, CommandSummary } from "../ci/summary/command-summary.ts";
import { describeError, isOffshootError, messageOf } from "../errors.ts";
import type { Event, Listener } from "../events.ts";
import { redact } from "../redact.ts";

/** Listens to a command and remembers what its page will tell. */
export interface SummaryRecorder {
  readonly emit: Listener;
  /** What audits found, for the margins of files; each thing once. */
  readonly annotations: readonly Mark[];
  /** Adds what stays; else what the events say. */
  kept: string | undefined;
  /** Who asks, once it is known. */
  readonly run: RunEvent | undefined;
  /** Undefined when nothing happened that is worth a page. */
  finish(how: { readonly thrown: unknown; readonly exitCode: number }): CommandSummary | undefined;
}

type Mark = Extract<Event, { kind: "findings" }>["marks"][number];

/** Who asks, and whether the pull request is to hear of it. */
export type RunEvent = Extract<Event, { kind: "run" }>;

/** `now` is a clock in milliseconds, such as `performance.now`. */
export function recordSummary(about: Pick<CommandSummary, "title" | "job">, now: () => number): SummaryRecorder {
  const start = now();
  const chapters: PhaseSummary[] = [];
  const refusals: { readonly provider: string; readonly text: string }[] = [];
  const notes: string[] = [];
  let database: Extract<Event, { kind: "database" }> | undefined;
  let removed = false;
  let asker: RunEvent | undefined;
  let findings: string | undefined;
  // Who migrates audits before anybody is let in, and `run` once more.
  const marks = new Map<string, Mark>();
  return {
    get run() {
      return asker;
    },
    get annotations() {
      return [...marks.values()];
    },
    kept: undefined,
    emit(event) {
      if (event.kind === "phase" && event.state !== "start") {
        const { phase, text, ms } = event;
        chapters.push({ phase, text: redact(text), startMs: now() - start - ms, ms, failed: event.state === "failed" });
        removed ||= phase === "down" && event.state === "end";
      } else if (event.kind === "run") asker = event;
      else if (event.kind === "database") database = event;
      else if (event.kind === "findings") {
        findings = event.markdown;
        for (const mark of event.marks) marks.set(JSON.stringify(mark), mark);
      } else if (event.kind === "refusal") refusals.push({ provider: event.provider, text: event.text });
      else if (event.kind === "note" || event.kind === "warning") notes.push(redact(event.text));
    },
    finish({ thrown, exitCode }) {
      if (chapters.length === 0) return undefined;
      const failure = thrown === undefined ? undefined : isOffshootError(thrown) ? describeError(thrown) : messageOf(thrown);
      const stays = database === undefined || removed ? undefined : describeStay(database);
      const { kept: left = stays } = this;
      return { ...about, run: database?.run, database, refusals, phases: chapters, notes, findings, failure, exitCode, kept: left };
    },
  };
}

function describeStay({ name, run, expiresAt }: Extract<Event, { kind: "database" }>): string {
  const until = expiresAt === undefined ? "until it is removed" : `until ${expiresAt.toISOString()} at the latest`;
  return `${name} stays ${until}; offshoot down --run ${run} removes it.`;
}
