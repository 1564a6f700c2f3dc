import { ownCommand } from "../shell-command.ts";
import type { CommandSummary, Kept, PhaseSummary } from "../ci/summary/command-summary.ts";
import { describeError, isOffshootError, messageOf, type OffshootError } from "../errors.ts";
import type { Event, Listener, PartResult } from "../events.ts";
import { redact } from "../redact.ts";
import { formatUtc } from "../moment.ts";

/** Records the events of a command for its summary on the page of the CI run. */
export interface SummaryRecorder {
  readonly emit: Listener;
  /** The annotations for lines of files, from all audits of the command, each one once. */
  readonly annotations: readonly FileAnnotation[];
  /** Why the database is kept. Default: derived from the events. */
  kept: Kept | undefined;
  /** The run of the command, as soon as it is known. */
  readonly run: RunEvent | undefined;
  /** Undefined if the command had no phase. */
  finish(result: { readonly thrown: unknown; readonly exitCode: number }): CommandSummary | undefined;
}

type FileAnnotation = Extract<Event, { kind: "findings" }>["annotations"][number];

/** The run of a command, and whether its summary is added to a comment on the pull request. */
export type RunEvent = Extract<Event, { kind: "run" }>;

type DatabaseEvent = Extract<Event, { kind: "database" }>;

/** `now` is a clock in milliseconds, such as `performance.now`. */
export function recordSummary(about: Pick<CommandSummary, "title" | "job">, now: () => number): SummaryRecorder {
  const start = now();
  const phases: PhaseSummary[] = [];
  const refusals: { readonly provider: string; readonly text: string }[] = [];
  const notes: string[] = [];
  let database: DatabaseEvent | undefined;
  let removed = false;
  let run: RunEvent | undefined;
  const findings = new Map<string, string>();
  // A command can audit twice: a new base, and the database that is made from it. The later result counts.
  const parts = new Map<string, PartResult>();
  // Both audits can find the same. The map keeps each annotation once.
  const annotations = new Map<string, FileAnnotation>();
  return {
    get run() {
      return run;
    },
    get annotations() {
      return [...annotations.values()];
    },
    kept: undefined,
    emit(event) {
      if (event.kind === "phase" && event.state !== "start") {
        const { phase, text, ms } = event;
        phases.push({ phase, text: redact(text), startMs: now() - start - ms, ms, failed: event.state === "failed" });
        removed ||= phase === "down" && event.state === "end";
      } else if (event.kind === "run") run = event;
      else if (event.kind === "database") database = event;
      else if (event.kind === "findings") {
        findings.set(event.topic ?? "", event.markdown);
        for (const annotation of event.annotations) annotations.set(JSON.stringify(annotation), annotation);
      } else if (event.kind === "result") {
        const { topic, weight, text, markdown } = event;
        parts.set(topic, { topic, weight, text: redact(text), markdown });
      } else if (event.kind === "refusal") refusals.push({ provider: event.provider, text: event.text });
      else if (event.kind === "note" || event.kind === "warning") notes.push(redact(event.text));
    },
    finish({ thrown, exitCode }) {
      if (phases.length === 0) return undefined;
      const failure = thrown === undefined ? undefined : describeFailure(thrown, findings.size > 0);
      const failureWithoutOutput = hasOutput(thrown) ? [thrown.message, OUTPUT_LEFT_OUT, thrown.remedy].join("\n") : undefined;
      const kept = this.kept ?? (database === undefined || removed ? undefined : describeKept(database));
      const shown = findings.size === 0 ? undefined : [...findings.values()].join("\n\n");
      return {
        ...about,
        run: database?.run,
        database,
        refusals,
        phases,
        notes,
        findings: shown,
        parts: [...parts.values()],
        failure,
        failureWithoutOutput,
        exitCode,
        kept,
      };
    },
  };
}

const OUTPUT_LEFT_OUT = "The last lines of its output are in the log of the job. With commentOutput: true they are shown here.";

/** The meaning of such an error is the output of a command. */
function hasOutput(thrown: unknown): thrown is OffshootError {
  return isOffshootError(thrown) && typeof thrown.facts["tail"] === "string" && thrown.facts["tail"] !== "";
}

/** The error without its list of findings, where the summary already has a part with the findings. */
function describeFailure(thrown: unknown, hasFindings: boolean): string {
  if (!isOffshootError(thrown)) return messageOf(thrown);
  if (thrown.code === "FINDINGS" && hasFindings) return [thrown.message, thrown.remedy].filter((line) => line !== undefined).join("\n");
  return describeError(thrown);
}

function describeKept({ name, run, expiresAt }: DatabaseEvent): Kept {
  const until = expiresAt === undefined ? "until it is deleted" : `until ${formatUtc(expiresAt)} at the latest`;
  return { text: `The database ${name} is kept ${until}. Delete it with:`, commands: [ownCommand(["down", "--run", run])] };
}
