import { type Check, groupBy, verdict } from "../outcome.ts";

/** A zombie can do no harm: after the next migration began, an earlier one writes nothing, and no process outlives its job. */
export const noZombie: Check = ({ journal, processes }) => {
  const migrations = [
    ...groupBy(
      journal.filter(({ what }) => what.startsWith("migration-")),
      ({ database }) => database,
    ).values(),
  ];
  const steps = migrations.flatMap((entries) =>
    entries
      .filter(({ what }) => what === "migration-step")
      .map((step) => {
        const newer = entries.find(({ what, token, at }) => what === "migration-begin" && token !== step.token && at < step.at);
        const older = entries.find(({ what, token }) => what === "migration-begin" && token === step.token);
        return newer === undefined || older === undefined || newer.at < older.at
          ? undefined
          : `a replaced migration of ${step.actor} wrote ${step.at - newer.at} ms after the next one began`;
      }),
  );
  return verdict([
    ...steps,
    processes.length === 0 ? undefined : `${processes.length} processes went on after their jobs: ${processes.join(" | ").slice(0, 300)}`,
  ]);
};
