import { formatElapsed } from "../duration.ts";
import type { Event } from "../events.ts";

/** The line that a test runner shows for an event; undefined for most of them. */
export function describeEvent(event: Event): string | undefined {
  switch (event.kind) {
    case "note":
      return event.text;
    case "warning":
      return `warning: ${event.text}`;
    case "refusal":
      return `${event.provider} skipped: ${event.text}`;
    case "phase":
      return event.state === "end" && (event.phase === "up" || event.phase === "migrate")
        ? `${event.text} (${formatElapsed(event.ms)})`
        : undefined;
    default:
      return undefined;
  }
}
