import { hasDown } from "../plans.ts";
import { type Check, verdict } from "../outcome.ts";

/** The migrations have this many steps. */
const STEPS = 3;

const MIGRATION_FAILED = 11;

/** Nobody is early, nobody hangs: a job starts with a migrated database, and a job that nobody killed ends as it should. */
export const nobodyEarly: Check = ({ schedule, journal, ends }) => {
  const begins = journal.filter(({ what }) => what === "job-begin");
  const undisturbed = ends.filter(({ plan, kill }) => plan.kind === "run" && kill === undefined && !hasDown(schedule, plan.run));
  return verdict([
    ...begins.map(({ actor, code }) =>
      code === STEPS ? undefined : `the command of ${actor} started with ${code} of ${STEPS} steps of the migrations`,
    ),
    ...ends.map(({ name, hung }) => (hung ? `${name} did not end` : undefined)),
    ...undisturbed.map(({ name, plan, code, stderr }) => {
      const expected = { nothing: plan.status, fallback: plan.status, "failing-migration": MIGRATION_FAILED, rejected: 13 }[
        schedule.special
      ];
      return code === expected
        ? undefined
        : `${name}, which nobody killed, ended with ${code} in place of ${expected}: ${stderr.trim().slice(-300)}`;
    }),
  ]);
};
