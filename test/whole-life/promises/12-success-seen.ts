import { type Check, labelOf, verdict } from "../outcome.ts";

/** Success is reported only for what was seen: exit status 0 needs a command that ended, or a migration that ended. */
export const successSeen: Check = ({ schedule, ends, journal }) =>
  verdict(
    ends
      .filter(({ plan, code }) => code === 0 && (plan.kind === "run" || plan.kind === "migrate"))
      .map(({ name, plan }) => {
        if (plan.kind === "run") {
          const ended = journal.some(({ what, actor, code }) => what === "job-end" && actor === name && code === 0);
          return ended ? undefined : `${name} succeeded, and its command did not`;
        }
        const isMigrated = schedule.base || journal.some(({ what, run }) => what === "migration-end" && run === labelOf(plan.run));
        return isMigrated ? undefined : `${name} succeeded, and no migration of its run has ended`;
      }),
  );
