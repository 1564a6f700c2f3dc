import { formatElapsed } from "../duration.ts";
import type { Event } from "../events.ts";

/** The line that a test runner shows for an event; undefined for most of them. */
export function describeEvent(event: Event): string | undefined {
  if (event.kind === "note") return event.text;
  if (event.kind === "warning") return `warning: ${event.text}`;
  if (event.kind === "refusal") return `${event.provider} skipped: ${event.text}`;
  const isShown = event.kind === "phase" && event.state === "end" && (event.phase === "up" || event.phase === "migrate");
  return isShown ? `${event.text} (${formatElapsed(event.ms)})` : undefined;
}
