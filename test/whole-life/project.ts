import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunPlan, Schedule } from "./plans.ts";

/** A checkout of one of the schedule's repositories, by one person. */
export interface Checkout {
  readonly folder: string;
  readonly repository: string;
  /** The environment that identifies the run. */
  readonly env: Readonly<Record<string, string>>;
}

/** The repository of a run. Each schedule has its own two, so that a sweep deletes nothing of another schedule. */
export function repositoryOf({ seed }: Schedule, { repository }: RunPlan): string {
  return `acme/life-${seed}-${repository}`;
}

/** Creates the checkout of each run. Everybody has the same user name on the machine, as in most containers. */
export async function makeCheckouts(folder: string, schedule: Schedule): Promise<readonly Checkout[]> {
  return Promise.all(
    schedule.runs.map(async (plan, index) => {
      const checkout = join(folder, `checkout-${index + 1}`);
      const repository = repositoryOf(schedule, plan);
      const branch = plan.by === "person" ? plan.name : "main";
      await mkdir(join(checkout, ".git", "objects"), { recursive: true });
      await mkdir(join(checkout, ".git", "refs"));
      await writeFile(join(checkout, ".git", "HEAD"), `ref: refs/heads/${branch}\n`);
      await writeFile(
        join(checkout, ".git", "config"),
        `[core]\n\trepositoryformatversion = 0\n[remote "origin"]\n\turl = https://github.com/${repository}.git\n[user]\n\temail = person-${index + 1}@example.com\n`,
      );
      return { folder: checkout, repository, env: plan.by === "name" ? { OFFSHOOT_RUN: plan.name } : {} };
    }),
  );
}
