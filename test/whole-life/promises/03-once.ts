import type { Entry } from "../journal.ts";
import { type Check, groupBy, verdict } from "../outcome.ts";

/**
 * Migrations run once: in one database they never overlap, and a second success follows only the death of a leader, or
 * a machine so busy that a leader missed its lease, which it says. */
export const once: Check = ({ journal, ends }) => {
  const migrations = journal.filter(({ what }) => what.startsWith("migration-"));
  const databases = [...groupBy(migrations, ({ database }) => database).entries()];
  const wasKilled = ends.some(({ kill }) => kill !== undefined && kill !== "kill-command");
  const lostLead = ends.some(({ stderr }) => stderr.includes("could not prove in time that it leads"));
  return verdict(
    databases.flatMap(([database, entries]) => {
      const successes = entries.filter(({ what }) => what === "migration-end").length;
      return [
        overlap(database, entries),
        successes > 1 && !wasKilled && !lostLead
          ? `${successes} migrations of ${database} succeeded, and nobody was killed or lost the lead`
          : undefined,
      ];
    }),
  );
};

function overlap(database: string, entries: readonly Entry[]): string | undefined {
  const spans = [...groupBy(entries, ({ token }) => token).values()].map((span) => ({ from: span[0]?.at ?? 0, to: span.at(-1)?.at ?? 0 }));
  const late = spans.find((span, place) => spans.some((other, its) => its > place && other.from < span.to));
  return late === undefined
    ? undefined
    : `two migrations of ${database} overlapped by ${late.to - Math.max(...spans.map(({ from }) => from))} ms`;
}
