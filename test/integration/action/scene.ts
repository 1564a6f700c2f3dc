import { mkdir, mkdtemp, readFile, rm, writeFile, copyFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { buildAction } from "../../support/build-action.ts";
import type { MockServer } from "../../support/mock-server.ts";
import type { GithubEvent } from "../../../mocks/actions/event.ts";
import type { Results } from "../../../mocks/actions/graph.ts";
import { installedPath } from "../../../mocks/actions/installed-path.ts";
import type { WorkflowRun } from "../../../mocks/actions/workflow-run.ts";
import { runWorkflow } from "../../../mocks/actions/run-workflow.ts";
import { ciFixture } from "../../unit/ci/fixture.ts";
import { verdicts } from "../mocks/actions/scene.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;

/** The name of the action in the workflows of these tests. */
export const ACTION = "acme/offshoot@v1";

/** A repository with one migration, the bundled action, and a runner for workflows that use it. */
export interface Scene {
  /** A folder that all jobs share; its path is in `MEETING`. */
  readonly meeting: string;
  /** Runs a workflow, or only the jobs below `jobs:`. */
  run(yaml: string, more?: Partial<WorkflowRun>): Promise<Results>;
  /** The lines that a job appended to `$MEETING/NAME`. */
  read(name: string): Promise<readonly string[]>;
  remove(): Promise<void>;
}

export async function setScene(mock: MockServer): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-action-"));
  const [action, repository, meeting] = [join(folder, "action"), join(folder, "repository"), join(folder, "meeting")];
  await Promise.all([buildAction(join(action, "dist-action")), mkdir(join(repository, "migrations"), { recursive: true }), mkdir(meeting)]);
  await copyFile(join(ROOT, "action.yml"), join(action, "action.yml"));
  await writeFile(join(repository, "package.json"), "{}");
  await writeFile(join(repository, "migrations/001_notes.sql"), "create table notes (id int primary key);");
  const path = await installedPath(folder);
  return {
    meeting,
    async run(yaml, more = {}) {
      const event = more.event ?? (ciFixture("github/push") as GithubEvent);
      return runWorkflow({
        yaml: /^jobs:/m.test(yaml) ? yaml : `on: ${event.env["GITHUB_EVENT_NAME"]}\njobs:\n${yaml}`,
        repository,
        event,
        secrets: { NEON_API_KEY: mock.apiKey },
        vars: { NEON_PROJECT_ID: mock.projectId, NEON_API_HOST: mock.url },
        env: () => ({ PATH: path, MEETING: meeting }),
        actions: { [ACTION.replace(/@.*/, "")]: action },
        grace: { afterIntMs: 7500, afterTermMs: 2500 },
        ...more,
      });
    },
    read: async (name) => (await readFile(join(meeting, name), "utf8")).replace(/\n$/, "").split("\n"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Throws, with the log of every job, if the jobs did not end as expected. */
export function requireVerdicts(results: Results, wanted: Readonly<Record<string, string>>): void {
  if (isDeepStrictEqual(verdicts(results), wanted)) return;
  const logs = Object.entries(results).map(([job, { result, log }]) => `${job}, ${result}:\n${log}`);
  throw new Error(`The jobs did not end as ${JSON.stringify(wanted)}.\n\n${logs.join("\n\n")}`);
}

interface State {
  readonly branches: readonly { readonly id: string; readonly name: string; readonly deleted: boolean }[];
}

/** Id and name of the existing branches for runs whose name starts with `run`. */
export async function branchesOf(mock: MockServer, run: string): Promise<readonly (readonly [id: string, name: string])[]> {
  const { branches } = (await mock.control("GET", "state")) as State;
  const ours = branches.filter(({ name, deleted }) => name.startsWith(`offshoot/acme/shop/${run}`) && !deleted);
  return ours.map(({ id, name }) => [id, name]);
}
