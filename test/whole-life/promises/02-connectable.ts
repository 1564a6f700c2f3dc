import { hasDown } from "../plans.ts";
import { type Check, labelOf, verdict } from "../outcome.ts";

/** Connectable means connectable: the first query of every job over both URLs is answered. */
export const connectable: Check = ({ schedule, journal }) =>
  verdict(
    journal
      .filter(({ what }) => what === "job-begin" || what === "job-unreachable")
      .map(({ what, actor, run }) => {
        const index = schedule.runs.findIndex((_, place) => labelOf(place) === run);
        return what === "job-begin" || hasDown(schedule, index) ? undefined : `the command of ${actor} could not use its URLs`;
      }),
  );
