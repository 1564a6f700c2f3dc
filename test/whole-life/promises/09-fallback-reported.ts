import { type Check, verdict } from "../outcome.ts";

/** A fallback is reported, and never hides a fault: each job that used another provider printed why; a rejected key is an error. */
export const fallbackReported: Check = ({ schedule, ends, journal, remaining }) => {
  const jobs = ends.filter(({ plan, kill }) => plan.kind === "run" && kill === undefined);
  if (schedule.special === "fallback") {
    return verdict(
      jobs
        .filter(({ code }) => code === 0)
        .map(({ name, stderr }) =>
          /neon/i.test(stderr) && /embedded/i.test(stderr) ? undefined : `${name} fell back and did not report why`,
        ),
    );
  }
  if (schedule.special === "rejected") {
    const used = journal.filter(({ what }) => what === "job-begin");
    return verdict([
      ...jobs.map(({ name, code }) => (code === 0 ? `${name} succeeded although its key was rejected` : undefined)),
      used.length === 0 ? undefined : `${used[0]?.actor} used ${used[0]?.provider} although the key of Neon was rejected`,
      remaining.length === 0 ? undefined : `${remaining[0]?.name} was created although the key of Neon was rejected`,
    ]);
  }
  if (schedule.special !== "failing-migration") return verdict([]);
  const providers = new Set(journal.map(({ provider }) => provider).filter((provider) => provider !== undefined));
  return verdict([providers.size === 0 ? undefined : "a failed migration was followed by a job on another provider"]);
};
