import type { Phase, Listener } from "../events.ts";

/** Runs one phase of a command, and emits its start, its end and its duration. `outcome` gives the text of the end event. */
export async function inPhase<T>(
  emit: Listener,
  phase: Phase,
  text: string,
  work: () => Promise<T>,
  outcome: (result: T) => string = () => text,
): Promise<T> {
  const start = performance.now();
  const ms = (): number => Math.round(performance.now() - start);
  emit({ kind: "phase", phase, state: "start", text });
  try {
    const result = await work();
    emit({ kind: "phase", phase, state: "end", text: outcome(result), ms: ms() });
    return result;
  } catch (thrown) {
    emit({ kind: "phase", phase, state: "failed", text, ms: ms() });
    throw thrown;
  }
}
