import { randomUUID } from "node:crypto";
import { chmod, cp, mkdir, writeFile } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import type { GithubEvent } from "./event.ts";

/** The machine of one job: folders and an environment of its own, and nothing of any other job's. */
export interface Machine {
  readonly job: string;
  readonly folder: string;
  /** Empty until a step checks out the repository. */
  readonly workspace: string;
  readonly temp: string;
  readonly trackingId: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface MachineWanted {
  readonly place: string;
  readonly job: string;
  /** The job's id in the workflow, which legs of a matrix share. */
  readonly id: string;
  readonly event: GithubEvent;
  readonly env: Readonly<Record<string, string>>;
}

/** Makes a machine with the variables that GitHub sets on it. */
export async function makeMachine({ place, job, id, event, env }: MachineWanted): Promise<Machine> {
  const folder = join(place, job.replaceAll(/[^\w.-]+/g, "-"));
  const [home, temp, workspace] = [join(folder, "home"), join(folder, "temp"), join(folder, "work")];
  for (const each of [folder, home, temp, workspace]) {
    await mkdir(each, { recursive: true });
    await chmod(each, 0o755);
  }
  const eventPath = join(temp, "event.json");
  await writeFile(eventPath, JSON.stringify(event.payload));
  const trackingId = `github_${randomUUID()}`;
  const own = {
    HOME: home,
    LANG: "C.UTF-8",
    GITHUB_JOB: id,
    GITHUB_EVENT_PATH: eventPath,
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: temp,
    RUNNER_TOOL_CACHE: join(folder, "tools"),
    RUNNER_TRACKING_ID: trackingId,
  };
  return { job, folder, workspace, temp, trackingId, env: { ...event.env, ...own, ...env } };
}

/** Puts the repository's files into a workspace, without what a checkout has not. */
export async function checkOut(repository: string, workspace: string): Promise<void> {
  await cp(repository, workspace, {
    recursive: true,
    filter: (source) => {
      const path = relative(repository, source).split(sep);
      return !path.includes("node_modules") && basename(source) !== ".git";
    },
  });
}
