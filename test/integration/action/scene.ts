import { mkdir, mkdtemp, readFile, rm, writeFile, copyFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildAction } from "../../support/build-action.ts";
import type { MockServer } from "../../support/mock-server.ts";
import type { Results } from "../../../mocks/actions/graph.ts";
import { installedPath } from "../../../mocks/actions/installed-path.ts";
import type { WorkflowRun } from "../../../mocks/actions/workflow-run.ts";
import { runWorkflow } from "../../../mocks/actions/run-workflow.ts";
import { githubEvent } from "../../support/workflow-results.ts";

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
      const event = more.event ?? githubEvent("push");
      return runWorkflow({
        yaml: /^jobs:/m.test(yaml) ? yaml : `on: ${event.env["GITHUB_EVENT_NAME"]}\njobs:\n${yaml}`,
        repository,
        event,
        secrets: { NEON_API_KEY: mock.apiKey },
        vars: { NEON_PROJECT_ID: mock.projectId, NEON_API_HOST: mock.url },
        env: () => ({ ...mock.machine, PATH: path, MEETING: meeting }),
        actions: { [ACTION.replace(/@.*/, "")]: action },
        grace: { afterIntMs: 7500, afterTermMs: 2500 },
        ...more,
      });
    },
    read: async (name) => (await readFile(join(meeting, name), "utf8")).replace(/\n$/, "").split("\n"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Id and name of the existing branches for runs whose name starts with `run`. */
export async function branchesOf(mock: MockServer, run: string): Promise<readonly (readonly [id: string, name: string])[]> {
  const own = (await mock.branches()).filter(({ name }) => name.startsWith(`offshoot/acme/shop/${run}`));
  return own.map(({ id, name }) => [id, name]);
}
