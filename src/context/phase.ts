import { isOffshootError } from "../errors.ts";
import type { Phase, Listener } from "../events.ts";

/** How a phase ended: the text of its end event, and more for people. */
export interface Outcome {
  readonly text: string;
  readonly facts?: readonly string[] | undefined;
  /** Whether the phase failed although nothing was thrown. */
  readonly failed?: boolean;
}

/** Runs one phase of a command, and emits its start, its end and its duration. `outcome` describes the end; default `text`. */
export async function inPhase<T>(
  emit: Listener,
  phase: Phase,
  text: string,
  work: () => Promise<T>,
  outcome: (result: T) => Outcome | string = () => text,
  /** The text for a failure. Default `text`. */
  failure: (thrown: unknown) => string = () => text,
): Promise<T> {
  const start = performance.now();
  const ms = (): number => Math.round(performance.now() - start);
  emit({ kind: "phase", phase, state: "start", text });
  try {
    const result = await work();
    const ended = outcome(result);
    const { failed = false, ...described }: Outcome = typeof ended === "string" ? { text: ended } : ended;
    emit({ kind: "phase", phase, state: failed ? "failed" : "end", ...described, ms: ms() });
    return result;
  } catch (thrown) {
    const cancelled = isOffshootError(thrown) && thrown.code === "CANCELLED" ? { cancelled: true } : {};
    emit({ kind: "phase", phase, state: "failed", text: failure(thrown), ms: ms(), ...cancelled });
    throw thrown;
  }
}
