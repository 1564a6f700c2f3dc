import type { Played } from "./play.ts";
import { PROMISES } from "./promises/promises.ts";

export function hasFailed({ broken }: Played): boolean {
  return broken.length > 0;
}

/** What a series showed, as lines. */
export function summary(played: readonly Played[], seconds: string): readonly string[] {
  const broken = played.filter(hasFailed);
  const facts = (name: string): number => played.reduce((sum, { checked }) => sum + (checked[name] ?? 0), 0);
  const averageS = played.reduce((sum, { ms }) => sum + ms, 0) / Math.max(1, played.length) / 1000;
  return [
    `${played.length} schedules, ${seconds} s in this call; each took ${averageS.toFixed(1)} s on average`,
    `places: ${count(played.map(({ venue }) => venue))}`,
    `kills: ${count(played.flatMap(({ kills }) => kills))}`,
    "facts that were checked for each promise:",
    ...Object.keys(PROMISES).map((name) => `  ${name}: ${facts(name)}`),
    broken.length === 0
      ? "every promise was kept"
      : `broken: seeds ${broken
          .map(({ seed }) => seed)
          .toSorted((a, b) => a - b)
          .join(", ")}`,
  ];
}

function count(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].toSorted(([a], [b]) => a.localeCompare(b));
  return sorted.map(([name, times]) => `${name} ${times}`).join(", ");
}
