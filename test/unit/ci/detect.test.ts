import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { detectCi, eventPath } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

const folders = readdirSync(new URL("../../../mocks/ci", import.meta.url));

test.each(folders)("every environment of %s is detected as this service", (folder) => {
  const names = readdirSync(new URL(`../../../mocks/ci/${folder}`, import.meta.url)).map((file) => file.replace(".json", ""));
  const services = names.map((name) => detectCi(ciFixture(`${folder}/${name}`).env).service);
  expect(new Set(services)).toEqual(new Set([folder]));
});

test.each([
  {},
  { CI: "" },
  { CI: "false" },
  { CI: "0" },
  { CI: "False" },
  { CI: "false", JENKINS_URL: "https://ci.example" },
  { HOME: "/home/ada" },
])("the environment %j is not a CI", (env) => {
  expect(detectCi(env)).toMatchObject({ service: "none", isCi: false, secretsWithheld: false });
});

test.each([{ CI: "true" }, { CI: "1" }, { CI: "woodpecker" }, { CONTINUOUS_INTEGRATION: "true" }])("the environment %j is a CI", (env) => {
  expect(detectCi(env)).toMatchObject({ service: "generic", isCi: true });
});

test("a variable of a service has precedence over CI=false", () => {
  expect(detectCi({ CI: "false", GITHUB_ACTIONS: "true" }).service).toBe("github");
});

test("only GitHub has a file that describes the event", () => {
  expect(eventPath(ciFixture("github/push").env)).toBe("/home/runner/work/_temp/_github_workflow/event.json");
  expect(eventPath({ GITHUB_ACTIONS: "true", GITHUB_EVENT_PATH: "" })).toBeUndefined();
  expect(eventPath({ GITHUB_EVENT_PATH: "/left/over.json" })).toBeUndefined();
});
