import type { Filters } from "./filter-pattern.ts";

/** One trigger of a workflow with its filters, and with the schedules of `schedule`. */
export interface Trigger {
  readonly name: string;
  readonly filters: Filters;
}

/** The triggers of `on`, which is a name, a list of names, or a mapping with filters. */
export function triggersOf(on: unknown): readonly Trigger[] {
  if (typeof on === "string") return [{ name: on, filters: {} }];
  if (Array.isArray(on)) return on.map((name) => ({ name: String(name), filters: {} }));
  return Object.entries(on as Readonly<Record<string, unknown>>).map(([name, value]) => ({ name, filters: filtersOf(value) }));
}

function filtersOf(value: unknown): Filters {
  if (Array.isArray(value)) {
    const schedules = value.map((each) => (each as { readonly cron?: unknown } | null)?.cron).filter((cron) => typeof cron === "string");
    return { cron: schedules.map((cron) => cron.trim().replaceAll(/\s+/g, " ")) };
  }
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, list]) => {
      if (typeof list === "string") return [[key, [list]]];
      return Array.isArray(list) ? [[key, list.map(String)]] : [];
    }),
  );
}
