import { watch } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { GithubEvent } from "../../mocks/actions/event.ts";
import type { Results } from "../../mocks/actions/graph.ts";
import { ciFixture } from "../unit/ci/fixture.ts";

/** A recorded event of GitHub: `mocks/ci/github/NAME.json`. */
export function githubEvent(name: string): GithubEvent {
  return ciFixture(`github/${name}`) as GithubEvent;
}

/** The result of each job, by name. */
export function verdicts(results: Results): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(results).map(([name, { result }]) => [name, result]));
}

/** Throws an error with the log of every job if the jobs have other results. */
export function requireVerdicts(results: Results, wanted: Readonly<Record<string, string>>): void {
  if (isDeepStrictEqual(verdicts(results), wanted)) return;
  const logs = Object.entries(results).map(([job, { result, log }]) => `${job}, ${result}:\n${log}`);
  throw new Error(`The jobs did not end as ${JSON.stringify(wanted)}.\n\n${logs.join("\n\n")}`);
}

/** Waits until a job creates a file in the folder. */
export async function waitForFile(folder: string, name: string): Promise<void> {
  for await (const { filename } of watch(folder)) if (filename === name) return;
}
