import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type GithubParser, loadGithubParser } from "../../support/github-parser.ts";
import { findPeer } from "../../support/peers.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;
const peer = findPeer("github-parser");

const below = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file));

const WORKFLOWS = [...below(".github"), ...below("examples")].filter((file) => /\.github\/workflows\/[^/]+\.ya?ml$/.test(file));

/** The code blocks of a page that are complete workflows. */
const workflowsIn = (page: string): readonly string[] =>
  [...readFileSync(join(ROOT, page), "utf8").matchAll(/^```yaml\n([\s\S]*?)^```/gm)]
    .map(([, block = ""]) => block)
    .filter((block) => /^on:/m.test(block));

describe.runIf(peer !== undefined)("GitHub's own parser", () => {
  let github: GithubParser;
  beforeAll(async () => {
    github = await loadGithubParser(peer ?? "");
  });

  test("accepts action.yml", () => {
    expect(github.action(readFileSync(join(ROOT, "action.yml"), "utf8"))).toEqual([]);
  });

  test.each(WORKFLOWS)("accepts %s", (file) => {
    expect(github.workflow(readFileSync(join(ROOT, file), "utf8"))).toEqual([]);
  });

  test.each(["README.md", "docs/ci/action.md", "docs/ci/github-actions.md"])("accepts the workflows of %s", (page) => {
    const workflows = workflowsIn(page);
    expect(workflows.length).toBeGreaterThan(0);
    expect(workflows.flatMap((workflow) => github.workflow(workflow))).toEqual([]);
  });

  test("rejects an action or a workflow with an unknown key", () => {
    expect(github.action("name: a\ndescription: b\nruns: { using: node24, mian: x.js }")).not.toEqual([]);
    expect(github.workflow("on: push\njobs: { a: { runs-on: x, steps: [{ usse: x }] } }")).not.toEqual([]);
  });
});
