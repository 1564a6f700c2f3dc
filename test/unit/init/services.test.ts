import * as fc from "fast-check";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { readDocument } from "../../../src/check/workflow/document.ts";
import { mistakesIn } from "../../../src/check/workflow/rules.ts";
import { workflowOf } from "../../../src/check/workflow/workflow.ts";
import { cook, type Recipe } from "../../../src/init/recipe.ts";
import { type TemplateName, TEMPLATES } from "../../../src/init/services/registry.ts";
import { haveSchemas, judgeOf, type SchemaName } from "../../support/schemas.ts";
import { LEDGER, SHOP } from "./repositories.ts";

const NAMES = Object.keys(TEMPLATES) as readonly TemplateName[];
const IN_YAML = NAMES.filter((name): name is Exclude<TemplateName, "jenkins"> => name !== "jenkins");

const SCHEMA_OF: Readonly<Record<(typeof IN_YAML)[number], SchemaName>> = {
  github: "github-workflow",
  gitlab: "gitlab",
  circleci: "circleci",
  buildkite: "buildkite",
  azure: "azure",
  bitbucket: "bitbucket",
};

/** Recipes of ordinary repositories, and one of a folder that needs quotes everywhere. */
const RECIPES: readonly Recipe[] = [
  cook(SHOP).recipe,
  cook(LEDGER).recipe,
  cook({ ...LEDGER, folder: 'packages/the $1\'s #db: "x"' }).recipe,
];

const textOf = (name: TemplateName, recipe: Recipe): string => {
  const { head, body } = TEMPLATES[name].pipeline(recipe);
  return head + body;
};

/** Every text in a parsed file. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** CircleCI took statuses under `requires` after the schema was written: each is the job's name to it. */
function withoutStatuses(content: unknown): unknown {
  return JSON.parse(JSON.stringify(content).replaceAll(/\{"(\w+)":"terminal"\}/g, '"$1"')) as unknown;
}

describe.runIf(haveSchemas())("by the service's own schema", () => {
  test.each(IN_YAML)("the pipeline of %s is one", { timeout: 60_000 }, (name) => {
    const faultsOf = judgeOf(SCHEMA_OF[name]);
    for (const recipe of RECIPES) {
      // Azure's schema has every scalar as text.
      const content: unknown = parse(textOf(name, recipe), name === "azure" ? { schema: "failsafe" } : {});
      expect(faultsOf(withoutStatuses(content))).toEqual([]);
    }
  });

  test("a pipeline with a mistake is none", () => {
    expect(judgeOf("gitlab")({ test: { scripts: ["true"] } })).not.toEqual([]);
    expect(judgeOf("circleci")({ version: 2.1, jobs: { test: { steps: "checkout" } } })).not.toEqual([]);
  });
});

test.each(IN_YAML)("the pipeline of %s runs, tears down and sweeps, whatever the folder's name", (name) => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii", maxLength: 12 }), (folder) => {
      const recipe = { ...cook(SHOP).recipe, folder: folder.replaceAll(/[\0\r\n]/g, "") };
      const texts = textsIn(parse(textOf(name, recipe)));
      for (const line of [recipe.run, recipe.down, recipe.sweep]) {
        expect(texts.some((text) => text.endsWith(line))).toBe(true);
      }
    }),
  );
});

test("the pipeline of Jenkins holds the lines in its own quotes", () => {
  const text = textOf("jenkins", { ...cook(SHOP).recipe, folder: "it's", run: "npx offshoot run -- echo 'a\\b'" });
  expect(text).toContain(String.raw`sh 'cd \'it\'\\\'\'s\' && npx offshoot run -- echo \'a\\b\''`);
});

test.each(NAMES)("the pipeline of %s ends in a teardown that comes whatever happened before", (name) => {
  const always: Readonly<Record<TemplateName, RegExp>> = {
    github: /if: always\(\).*\n.*needs: \[test\][^]*run: npx offshoot down\n/,
    gitlab: /stage: \.post[^]*when: always[^]*- npx offshoot down\n/,
    circleci: /- test: terminal\n/,
    buildkite: /continue_on_failure: true\n[^]*- npx offshoot down\n/,
    azure: /and\(always\(\),[^]*npx offshoot down\n/,
    bitbucket: /after-script:\n\s+- npx offshoot down\n/,
    jenkins: /post \{[^]*always \{\n\s+sh 'npx offshoot down'\n/,
  };
  expect(textOf(name, cook(SHOP).recipe)).toMatch(always[name]);
});

test("the workflow for GitHub has none of the known mistakes", () => {
  for (const recipe of RECIPES) {
    const workflow = workflowOf("offshoot.yml", readDocument(textOf("github", recipe)));
    expect(workflow === undefined ? "no workflow" : mistakesIn([workflow])).toEqual([]);
  }
});

test.each(NAMES)("the pipeline of %s hands nothing from job to job, and holds no key", (name) => {
  const text = textOf(name, cook(SHOP).recipe);
  expect(text).not.toMatch(/DATABASE_URL|PGPASSWORD|artifacts|persist_to_workspace|meta-data|offshoot env|--outputs|\bnapi_/);
});
