import * as fc from "fast-check";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { readDocument } from "../../../../src/check/workflow/document.ts";
import { mistakesIn } from "../../../../src/check/workflow/all-rules.ts";
import { workflowOf } from "../../../../src/check/workflow/workflow.ts";
import { commandsFor, type PipelineCommands } from "../../../../src/init/pipeline-commands.ts";
import { type CiServiceName, CI_SERVICES } from "../../../../src/init/services/registry.ts";
import { haveSchemas, validatorOf, type SchemaName } from "../../../support/schemas.ts";
import { ACCOUNTING, BLOG, SHOP } from "../repositories.ts";

const NAMES = Object.keys(CI_SERVICES) as readonly CiServiceName[];
const IN_YAML = NAMES.filter((name): name is Exclude<CiServiceName, "jenkins"> => name !== "jenkins");

const SCHEMA_OF: Readonly<Record<(typeof IN_YAML)[number], SchemaName>> = {
  github: "github-workflow",
  gitlab: "gitlab",
  circleci: "circleci",
  buildkite: "buildkite",
  azure: "azure",
  bitbucket: "bitbucket",
};

/** Commands of ordinary repositories, and of one with a folder name that must be quoted. */
const ALL_COMMANDS: readonly PipelineCommands[] = [
  commandsFor(SHOP).pipeline,
  commandsFor(ACCOUNTING).pipeline,
  commandsFor(BLOG).pipeline,
  commandsFor({ ...ACCOUNTING, folder: 'packages/the $1\'s #db: "x"' }).pipeline,
];

const textOf = (name: CiServiceName, commands: PipelineCommands): string => {
  const { head, body } = CI_SERVICES[name].pipeline(commands);
  return head + body;
};

/** Every text in a parsed file. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** CircleCI added statuses under `requires` after this schema was published. They are replaced with the job's name. */
function withoutStatuses(content: unknown): unknown {
  return JSON.parse(JSON.stringify(content).replaceAll(/\{"(\w+)":"terminal"\}/g, '"$1"')) as unknown;
}

describe.runIf(haveSchemas())("with the schema of the service", () => {
  test.each(IN_YAML)("the pipeline of %s is valid", { timeout: 60_000 }, (name) => {
    const faultsOf = validatorOf(SCHEMA_OF[name]);
    for (const commands of ALL_COMMANDS) {
      // Azure's schema expects every scalar as text.
      const content: unknown = parse(textOf(name, commands), name === "azure" ? { schema: "failsafe" } : {});
      expect(faultsOf(withoutStatuses(content))).toEqual([]);
    }
  });

  test("a pipeline with a mistake is not valid", () => {
    expect(validatorOf("gitlab")({ test: { scripts: ["true"] } })).not.toEqual([]);
    expect(validatorOf("circleci")({ version: 2.1, jobs: { test: { steps: "checkout" } } })).not.toEqual([]);
  });
});

test.each(IN_YAML)("the pipeline of %s runs, tears down and sweeps, with any folder name", (name) => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii", maxLength: 12 }), (folder) => {
      const commands = { ...commandsFor(SHOP).pipeline, folder: folder.replaceAll(/[\0\r\n]/g, "") };
      const texts = textsIn(parse(textOf(name, commands)));
      for (const line of [commands.run, commands.down, commands.sweep]) {
        expect(texts.some((text) => text.endsWith(line))).toBe(true);
      }
    }),
  );
});

test("the pipeline of Jenkins quotes the lines for Groovy", () => {
  const text = textOf("jenkins", { ...commandsFor(SHOP).pipeline, folder: "it's", run: "npx offshoot run -- echo 'a\\b'" });
  expect(text).toContain(String.raw`sh 'cd \'it\'\\\'\'s\' && npx offshoot run -- echo \'a\\b\''`);
});

test.each(NAMES)("the pipeline of %s runs the teardown even if another job failed", (name) => {
  const always: Readonly<Record<CiServiceName, RegExp>> = {
    github: /if: always\(\).*\n.*needs: \[test\][^]*run: npx offshoot down\n/,
    gitlab: /stage: \.post[^]*when: always[^]*- npx offshoot down\n/,
    circleci: /- test: terminal\n/,
    buildkite: /continue_on_failure: true\n[^]*- npx offshoot down\n/,
    azure: /and\(always\(\),[^]*npx offshoot down\n/,
    bitbucket: /after-script:\n\s+- npx offshoot down\n/,
    jenkins: /post \{[^]*always \{\n\s+sh 'npx offshoot down'\n/,
  };
  expect(textOf(name, commandsFor(SHOP).pipeline)).toMatch(always[name]);
});

test("the workflow for GitHub passes `check workflow`", () => {
  for (const commands of ALL_COMMANDS) {
    const workflow = workflowOf("offshoot.yml", readDocument(textOf("github", commands)));
    expect(workflow === undefined ? "not a workflow" : mistakesIn([workflow])).toEqual([]);
  }
});

test.each(NAMES)("the pipeline of %s passes nothing between jobs, and contains no API key", (name) => {
  const text = textOf(name, commandsFor(SHOP).pipeline);
  expect(text).not.toMatch(/DATABASE_URL|PGPASSWORD|artifacts|persist_to_workspace|meta-data|offshoot env|--outputs|\bnapi_/);
});
