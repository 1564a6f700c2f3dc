import { randomUUID } from "node:crypto";
import { chmod, cp, mkdir, writeFile } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import type { GithubEvent } from "./event.ts";

/** The machine of one job. It shares no folder and no environment with another job. */
export interface Machine {
  readonly job: string;
  readonly folder: string;
  /** Empty until a step checks out the repository. */
  readonly workspace: string;
  readonly temp: string;
  readonly trackingId: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface MachineRequest {
  readonly place: string;
  readonly job: string;
  /** The job's id in the workflow. All legs of a matrix have the same. */
  readonly id: string;
  readonly event: GithubEvent;
  readonly env: Readonly<Record<string, string>>;
}

/** Creates a machine with the variables that GitHub sets. */
export async function makeMachine({ place, job, id, event, env }: MachineRequest): Promise<Machine> {
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

/** Copies the repository's files into a workspace, except what a checkout does not contain. */
export async function checkOut(repository: string, workspace: string): Promise<void> {
  await cp(repository, workspace, {
    recursive: true,
    filter: (source) => {
      const path = relative(repository, source).split(sep);
      return !path.includes("node_modules") && basename(source) !== ".git";
    },
  });
}
