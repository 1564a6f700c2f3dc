import { globSync } from "tinyglobby";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readWorkflow } from "../../../mocks/actions/workflow-file.ts";

const root = new URL("../../../", import.meta.url).pathname;

/** All workflows in the documentation and the examples, with their page or file. */
const workflows = [
  ...globSync(["README.md", "docs/**/*.md"], { cwd: root }).flatMap((page) =>
    [...readFileSync(root + page, "utf8").matchAll(/^```ya?ml\n([^]*?)^```/gm)]
      .map(([, block = ""]) => block)
      .filter((block) => /^on:/m.test(block) && /^jobs:/m.test(block))
      .map((block, index) => [`${page}, ${index + 1}`, block] as const),
  ),
  ...globSync("examples/*/.github/workflows/*.yml", { cwd: root, dot: true }).map(
    (file) => [file, readFileSync(root + file, "utf8")] as const,
  ),
];

test("the documentation and the examples contain workflows", () => {
  expect(workflows.length).toBeGreaterThan(7);
});

test.each(workflows)("the workflow in %s is valid", (_where, yaml) => {
  expect(Object.keys(readWorkflow(yaml).jobs)).not.toEqual([]);
});

test("the `concurrency` block in docs/ci/github-actions.md is valid", () => {
  const page = readFileSync(`${root}docs/ci/github-actions.md`, "utf8");
  const [, block = ""] = /^```yaml\n(concurrency:[^]*?)^```/m.exec(page) ?? [];
  expect(readWorkflow(`on: push\n${block}jobs: { one: { runs-on: u, steps: [{ run: a }] } }`).concurrency).toBeDefined();
});

// A tag can be moved to other code by someone who takes over the action's repository. A commit cannot.
const pinned = /^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
const withActions = globSync(
  [".github/workflows/*.yml", "examples/*/.github/workflows/*.yml", "src/init/services/github.ts", "README.md"],
  {
    cwd: root,
    dot: true,
  },
);

test.each(withActions)("%s pins each action by its commit, with the version beside it", (file) => {
  const text = readFileSync(root + file, "utf8");
  const actions = [...text.matchAll(/uses: ([\w-]+\/[\w./-]+@[^\n"]+)/g)].map(([, action = ""]) => action);
  expect(actions.length).toBeGreaterThan(0);
  expect(actions.filter((action) => !action.startsWith("OWNER/") && !pinned.test(action))).toEqual([]);
});
