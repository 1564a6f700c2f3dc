import { hasDown } from "../plans.ts";
import { type Check, groupBy, labelOf, verdict } from "../outcome.ts";

/** One database per run: jobs of a run that overlap use the same database, and jobs of two runs never do. */
export const oneDatabase: Check = ({ schedule, journal }) => {
  const jobs = [
    ...groupBy(
      journal.filter(({ what }) => what.startsWith("job-")),
      ({ actor }) => actor,
    ).values(),
  ].flatMap((entries) => {
    const [begin, end] = [entries[0], entries.at(-1)];
    return begin === undefined || end === undefined || begin.what !== "job-begin" ? [] : [{ ...begin, until: end.at }];
  });
  const pairs = jobs.flatMap((one, place) => jobs.slice(place + 1).map((other) => ({ one, other })));
  return verdict(
    pairs.map(({ one, other }) => {
      const index = schedule.runs.findIndex((_, place) => labelOf(place) === one.run);
      const isSame = one.database === other.database;
      if (one.run !== other.run) return isSame ? `${one.actor} and ${other.actor} of two runs shared ${one.database}` : undefined;
      const overlap = one.at < other.until && other.at < one.until;
      return overlap && !isSame && !hasDown(schedule, index)
        ? `${one.actor} used ${one.database} while ${other.actor} of the same run used ${other.database}`
        : undefined;
    }),
  );
};
