import { describe, expect, test } from "vitest";
import { isVariableName, readGivenUrl, readVariable } from "../../src/environment.ts";

const env = { METRICS_TOKEN: "t0ken", EMPTY: "" };

test.each([
  ["METRICS_TOKEN", true],
  ["_private2", true],
  ["2nd", false],
  ["a-b", false],
  ["", false],
])("%j can name a variable: %s", (text, expected) => {
  expect(isVariableName(text)).toBe(expected);
});

describe("a variable that a flag names", () => {
  test("gives its value", () => {
    expect(readVariable("METRICS_TOKEN", "--token", env)).toBe("t0ken");
  });

  test.each([
    ["METRICS_TOKN", "The environment variable METRICS_TOKN, named by --token, is not set. Did you mean METRICS_TOKEN?"],
    ["EMPTY", "The environment variable EMPTY, named by --token, is not set."],
  ])("%s is not set", (name, message) => {
    expect(() => readVariable(name, "--token", env)).toThrow(expect.objectContaining({ code: "USAGE", message }));
  });
});

test("suggests only variables that hold a URL of the expected kind", () => {
  const kind = {
    name: "an HTTP URL",
    form: "a URL such as http://localhost/metrics",
    matches: (text: string) => text.startsWith("http://"),
  };
  const variables = { METRICS_UR: "no url", METRICS_URLS: "http://localhost/metrics" };
  expect(() => readGivenUrl("METRICS_URL", "--url", variables, kind)).toThrow("Did you mean METRICS_URLS?");
  expect(() => readGivenUrl("METRICS_U", "--url", { METRICS_UR: "no url" }, kind)).toThrow(/is not set\.$/);
});
