import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

// A tag can be moved to other code by someone who takes over the action's repository. A commit cannot.
const FOREIGN_ACTION = /uses: ([\w-]+\/[\w./-]+@[^\n"]+)/g;
const PINNED = /^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

const FILES = [
  ...filesIn(".github/workflows"),
  ...filesIn("examples/outbox/.github/workflows"),
  "src/init/services/github.ts",
  "README.md",
];

describe("workflows of this project and those that it writes", () => {
  it.each(FILES)("pin each action in %s by commit, with its version beside it", (file) => {
    const actions = [...readFileSync(file, "utf8").matchAll(FOREIGN_ACTION)].map(([, action]) => action ?? "");
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter((action) => !action.startsWith("OWNER/") && !PINNED.test(action))).toEqual([]);
  });
});

function filesIn(folder: string): string[] {
  return readdirSync(folder).map((name) => `${folder}/${name}`);
}
