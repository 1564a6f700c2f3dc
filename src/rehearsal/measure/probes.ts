import { blocks } from "../observe/lock-modes.ts";
import type { Probe } from "../observe/prober.ts";
import type { Relation } from "../observe/relations.ts";
import type { LockSpan } from "../observe/sample.ts";

/** How the probes agree with the computed waits. */
export interface ProbeSummary {
  /** Probes that fell clearly into a wait, or clearly outside of all waits. */
  readonly checked: number;
  readonly agreed: number;
  /** Tables that this role must not lock, quoted. */
  readonly refused: readonly string[];
}

/**
 * Compares the probes with the spans of the locks. What is within `slackMs` of the begin or the end of a wait decides nothing:
 * the moments of the server reach this process that much later. Pure.
 */
export function compareProbes(
  probes: readonly Probe[],
  spans: readonly LockSpan[],
  relations: ReadonlyMap<number, Relation>,
  slackMs: number,
): ProbeSummary {
  const verdicts = probes.flatMap((probe) => {
    const expected = expectedOf(probe, spans, slackMs);
    return expected === undefined || probe.answer === "refused" ? [] : [expected === probe.answer];
  });
  const refused = probes.flatMap(({ answer, relation }) => (answer === "refused" ? [relations.get(relation)?.shown ?? ""] : []));
  return { checked: verdicts.length, agreed: verdicts.filter(Boolean).length, refused: [...new Set(refused)].toSorted() };
}

function expectedOf(
  { relation, access, fromMs, toMs }: Probe,
  spans: readonly LockSpan[],
  slackMs: number,
): "blocked" | "free" | undefined {
  const blocking = spans.filter((span) => span.relation === relation && blocks(span.mode, access));
  if (blocking.some((span) => span.fromMs + slackMs <= fromMs && span.toMs - slackMs >= toMs)) return "blocked";
  return blocking.some((span) => span.fromMs - slackMs <= toMs && span.toMs + slackMs >= fromMs) ? undefined : "free";
}
