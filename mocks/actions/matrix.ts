import { valueOf } from "./expression/evaluate.ts";
import { type Context, open, valuesOf, type Value } from "./expression/value.ts";
import type { JobText } from "./workflow-file.ts";

type Leg = Readonly<Record<string, unknown>>;

/** The legs of a job's matrix; one empty leg for a job without a matrix. Missing names are empty, as on GitHub. */
export function legsOf({ strategy }: JobText, context: Context): readonly Context[] {
  if (strategy === undefined) return [open({})];
  const { include, exclude, ...axes } = evaluated(strategy.matrix, context);
  const product = Object.entries(axes).reduce<readonly Leg[]>(
    (legs, [name, values]) => legs.flatMap((leg) => listOf(values).map((value) => ({ ...leg, [name]: value }))),
    [{}],
  );
  const excluded = listOf(exclude) as readonly Leg[];
  const kept = product.filter((leg) => Object.keys(leg).length > 0 && !excluded.some((pattern) => fits(leg, pattern)));
  return included(kept, listOf(include) as readonly Leg[], Object.keys(axes)).map(open);
}

function evaluated(matrix: NonNullable<JobText["strategy"]>["matrix"], context: Context): Readonly<Record<string, unknown>> {
  if (typeof matrix === "string") return valueOf(matrix, "job.strategy", context) as Context;
  const one = (value: string | readonly unknown[]): unknown =>
    typeof value === "string" ? valueOf(value, "job.strategy", context) : value;
  return Object.fromEntries(Object.entries(matrix).map(([name, value]) => [name, one(value)]));
}

/** An `include` entry extends every leg whose axis values it does not change. An entry that matches no leg becomes a new leg. */
function included(legs: readonly Leg[], more: readonly Leg[], axes: readonly string[]): readonly Leg[] {
  const grown = legs.map((leg) => ({ own: leg, all: leg }));
  const alone: Leg[] = [];
  for (const extra of more) {
    const shared = Object.fromEntries(Object.entries(extra).filter(([name]) => axes.includes(name)));
    const joined = grown.filter(({ own }) => fits(own, shared));
    for (const leg of joined) leg.all = { ...leg.all, ...extra };
    if (joined.length === 0) alone.push(extra);
  }
  return [...grown.map(({ all }) => all), ...alone];
}

function fits(leg: Leg, pattern: Leg): boolean {
  return Object.entries(pattern).every(([name, value]) => JSON.stringify(leg[name]) === JSON.stringify(value));
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new Error("An axis of a matrix is a list.");
  return valuesOf(value as readonly Value[]);
}
