import type { Step } from "./step.ts";

/** What a repair runs under: as in a dump, every name has its schema, and the bodies of functions are not looked into. */
export const PREAMBLE: readonly string[] = ["set search_path = ''", "set check_function_bodies = off"];

/** Takes the preamble back. */
export const EPILOGUE: readonly string[] = ["reset search_path", "reset check_function_bodies"];

/** Steps that share a transaction, or one that has none. */
export interface Segment {
  readonly alone: boolean;
  readonly steps: readonly Step[];
}

/** The steps in their order, cut where one can't share a transaction. */
export function segments(steps: readonly Step[]): readonly Segment[] {
  const cut: Segment[] = [];
  for (const step of steps) {
    const last = cut.at(-1);
    if (step.alone === true || last === undefined || last.alone) cut.push({ alone: step.alone === true, steps: [step] });
    else cut[cut.length - 1] = { alone: false, steps: [...last.steps, step] };
  }
  return cut;
}

/** Every statement of the script in its order, with the step that it comes from. */
export function statements(steps: readonly Step[]): readonly { readonly sql: string; readonly step?: Step }[] {
  const body = segments(steps).flatMap(({ alone, steps: inside }) => {
    const own = inside.map((step) => ({ sql: step.sql, step }));
    return alone ? own : [{ sql: "begin" }, ...own, { sql: "commit" }];
  });
  return [...PREAMBLE.map((sql) => ({ sql })), ...body, ...EPILOGUE.map((sql) => ({ sql }))];
}

/** The changes that lose data, by `keyOfChange`: a half of such a change helps nobody. */
export function losingChanges(steps: readonly Step[]): ReadonlySet<string> {
  return new Set(steps.filter(({ destructive }) => destructive !== undefined).flatMap(({ causes }) => causes));
}

/** The steps without those that are for changes alone that lose data. */
export function harmless(steps: readonly Step[]): readonly Step[] {
  const losing = losingChanges(steps);
  return steps.filter(({ destructive, causes }) => destructive === undefined && !causes.every((cause) => losing.has(cause)));
}
