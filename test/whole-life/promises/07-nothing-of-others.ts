import { hasDown } from "../plans.ts";
import { type Check, labelOf, verdict } from "../outcome.ts";

/** Nothing of others touched: what only looks like ours survives, and no database is deleted under a job that uses it. */
export const nothingOfOthers: Check = ({ schedule, journal, decoys, missingDecoys }) =>
  verdict([
    ...Array.from({ length: decoys - missingDecoys.length }, () => undefined),
    ...missingDecoys.map((what) => `${what} was deleted, and was not ours`),
    ...journal
      .filter(({ what }) => what === "job-lost" || what === "job-end")
      .map(({ what, actor, run, database }) => {
        const index = schedule.runs.findIndex((_, place) => labelOf(place) === run);
        return what === "job-lost" && !hasDown(schedule, index)
          ? `${database} was deleted while the command of ${actor} used it`
          : undefined;
      }),
  ]);
