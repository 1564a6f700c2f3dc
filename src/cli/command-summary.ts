import type { Chapter, Story } from "../ci/summary/command-summary.ts";
import { describeError, isOffshootError, messageOf } from "../errors.ts";
import type { Event, Listener } from "../events.ts";
import { redact } from "../redact.ts";

/** Listens to a command and remembers what its page will tell. */
export interface Recorder {
  readonly emit: Listener;
  /** What audits found, for the margins of files; each thing once. */
  readonly marks: readonly Mark[];
  /** Adds what stays; else what the events say. */
  left: string | undefined;
  /** Who asks, once it is known. */
  readonly asker: Asker | undefined;
  /** Undefined when nothing happened that is worth a page. */
  end(how: { readonly thrown: unknown; readonly exitCode: number }): Story | undefined;
}

type Mark = Extract<Event, { kind: "findings" }>["marks"][number];

/** Who asks, and whether the pull request is to hear of it. */
export type Asker = Extract<Event, { kind: "run" }>;

/** `now` is a clock in milliseconds, such as `performance.now`. */
export function recorder(about: Pick<Story, "title" | "job">, now: () => number): Recorder {
  const start = now();
  const chapters: Chapter[] = [];
  const refusals: { readonly provider: string; readonly text: string }[] = [];
  const notes: string[] = [];
  let database: Extract<Event, { kind: "database" }> | undefined;
  let removed = false;
  let asker: Asker | undefined;
  let findings: string | undefined;
  // Who migrates audits before anybody is let in, and `run` once more.
  const marks = new Map<string, Mark>();
  return {
    get asker() {
      return asker;
    },
    get marks() {
      return [...marks.values()];
    },
    left: undefined,
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
    end({ thrown, exitCode }) {
      if (chapters.length === 0) return undefined;
      const failure = thrown === undefined ? undefined : isOffshootError(thrown) ? describeError(thrown) : messageOf(thrown);
      const stays = database === undefined || removed ? undefined : describeStay(database);
      const { left = stays } = this;
      return { ...about, run: database?.run, database, refusals, chapters, notes, findings, failure, exitCode, left };
    },
  };
}

function describeStay({ name, run, expiresAt }: Extract<Event, { kind: "database" }>): string {
  const until = expiresAt === undefined ? "until it is removed" : `until ${expiresAt.toISOString()} at the latest`;
  return `${name} stays ${until}; offshoot down --run ${run} removes it.`;
}
