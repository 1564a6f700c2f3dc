import type { Event, Phase } from "../../events.ts";
import type { Symbols } from "./look.ts";

export type PhaseEvent = Extract<Event, { kind: "phase" }>;
export type PhaseEnd = Exclude<PhaseEvent, { state: "start" }>;

/** The first word of a phase's line, where it is not the phase's name. */
const LABELS: Readonly<Partial<Record<Phase, string>>> = { up: "database", down: "delete" };

export function labelOf({ phase, text }: PhaseEvent): string {
  if (phase === "down" && text === "database deleted") return "deleted";
  return LABELS[phase] ?? phase;
}

/** A command that is not longer than this is the label of its own line. */
const SHORT = 10;

/** What stays of a phase. Its first fact is the subject of the others. `worksOn`: the subject of a phase that failed. */
export function describePhase(phase: PhaseEnd, { dot }: Symbols, worksOn?: string): { readonly label: string; readonly text: string } {
  const { text, facts, state } = phase;
  if (phase.phase === "command") {
    const [command = "", end] = facts ?? [text, "could not start"];
    return command.length <= SHORT ? { label: command, text: end ?? "" } : { label: "command", text: `${command} ${dot} ${end}` };
  }
  const [subject, ...rest] =
    facts ?? (state === "failed" ? [worksOn ?? text, phase.cancelled === true ? "interrupted" : "failed"] : [text]);
  return { label: labelOf(phase), text: rest.length === 0 ? (subject ?? "") : `${subject} ${dot} ${rest.join(", ")}` };
}
