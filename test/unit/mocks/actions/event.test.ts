import { expect, test } from "vitest";
import { requireTrigger, withholdsSecrets } from "../../../../mocks/actions/event.ts";
import { readWorkflow } from "../../../../mocks/actions/workflow-file.ts";
import { githubEvent as event } from "../../../support/workflow-results.ts";

/** The message of the error that a call throws. Undefined if it throws none. */
function errorOf(call: () => void): string | undefined {
  try {
    call();
    return undefined;
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

test.each([
  ["push", "push", true],
  ["[push, pull_request]", "pull-request", true],
  ["pull_request", "push", false],
  ["pull_request", "pull-request-closed", false],
  ["{ pull_request: { types: [closed] } }", "pull-request-closed", true],
  ["{ push: { branches: [main] } }", "push", true],
  ["{ push: { branches: ['release/*'] } }", "push", false],
  ["{ push: { branches: ['m*'] } }", "push", true],
  ["{ pull_request: { branches: [main] } }", "pull-request", true],
])("whether a workflow with `on: %s` starts on the event %s: %s", (on, name, starts) => {
  const workflow = readWorkflow(`on: ${on}\njobs: { one: { runs-on: u, steps: [{ run: a }] } }`);
  expect(errorOf(() => requireTrigger(workflow, event(name))) ?? "starts").toContain(starts ? "starts" : "does not start on");
});

test.each([
  ["push", false],
  ["pull-request", false],
  ["fork-pull-request", true],
  ["deleted-fork-pull-request", true],
  ["dependabot", true],
  ["fork-pull-request-target", false],
])("secrets are withheld from the event %s: %s", (name, withheld) => {
  expect(withholdsSecrets(event(name))).toBe(withheld);
});
