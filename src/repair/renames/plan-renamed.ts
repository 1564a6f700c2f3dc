import type { Change } from "../../drift/change.ts";
import type { Side } from "../lookup.ts";
import { planRepair, type PlanOptions, type RepairPlan } from "../plan.ts";
import type { Renamed } from "./rename-first.ts";

/** Like `planRepair`, with the renames as its first steps. If one of them was refused, the plan has none of them. */
export function planRenamed(
  expected: Side,
  actual: { readonly side: Side; readonly changes: readonly Change[] },
  { side, changes, steps, possible }: Renamed,
  options: PlanOptions,
): RepairPlan {
  const isRefused = steps.some(({ causes }) => causes.some((cause) => options.refused?.has(cause) === true));
  const planned = isRefused ? planRepair(expected, actual.side, actual.changes, options) : planRepair(expected, side, changes, options);
  return {
    ...planned,
    steps: isRefused ? planned.steps : [...steps, ...planned.steps],
    ...(possible.length === 0 ? {} : { possibleRenames: possible }),
  };
}
