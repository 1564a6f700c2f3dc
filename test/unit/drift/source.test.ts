import { describe, expect, test } from "vitest";
import { parseSource } from "../../../src/drift/source.ts";

const URL = "postgresql://app:secret-word@db.example.com/app";
const env = { PRODUCTION_URL: URL, OTHER: "no url", EMPTY: "" };
const read = (text: string) => parseSource(text, "--actual", env);

test.each([
  ["migrations", { kind: "migrations" }],
  ["parent", { kind: "parent" }],
  ["run", { kind: "run" }],
  ["branch:main", { kind: "branch", name: "main", at: undefined }],
  ["branch:br-wild-sun-12345678", { kind: "branch", name: "br-wild-sun-12345678", at: undefined }],
  ["branch:main@2026-01-31T12:00:00Z", { kind: "branch", name: "main", at: "2026-01-31T12:00:00Z" }],
  ["branch:main@2026-01-31T12:00:00.5+02:00", { kind: "branch", name: "main", at: "2026-01-31T12:00:00.5+02:00" }],
  ["branch:main@0/1A2B3C4D", { kind: "branch", name: "main", at: "0/1A2B3C4D" }],
  ["branch:team@home", { kind: "branch", name: "team@home", at: undefined }],
  ["branch:team@home@0/1A2B", { kind: "branch", name: "team@home", at: "0/1A2B" }],
  ["schema.audit.yaml", { kind: "spec", path: "schema.audit.yaml" }],
  ["../specs/production.YML", { kind: "spec", path: "../specs/production.YML" }],
  [URL, { kind: "url", url: URL, variable: undefined }],
  ["PRODUCTION_URL", { kind: "url", url: URL, variable: "PRODUCTION_URL" }],
])("%s is understood", (text, source) => {
  expect(read(text)).toEqual(source);
});

describe("an unknown source is an error that suggests the nearest known source", () => {
  test.each([
    ["migration", "Did you mean migrations?"],
    ["parnet", "Did you mean parent?"],
    ["brnach:main", "Did you mean branch:main?"],
    ["branch=main", "Did you mean branch:main?"],
    ["PRODUCTOIN_URL", "The environment variable PRODUCTOIN_URL, named by --actual, is not set. Did you mean PRODUCTION_URL?"],
    ["EMPTY", "is not set"],
    ["schema.audit", '--actual "schema.audit" is not a known source'],
    ["", '--actual "" is not a known source'],
    ["branch:", "does not name a branch"],
    ["branch:@0/1A2B", "does not name a branch"],
    ["branch:main@", "neither a time with offset nor an LSN"],
    ["branch:main@2026-02-30T12:00:00Z", "2026-02-30T12:00:00Z is neither a time with offset nor an LSN"],
    ["branch:main@2026-01-31", "2026-01-31 is neither a time with offset nor an LSN"],
    ["branch:main@2026-01-31T12:00:00", "neither a time with offset nor an LSN"],
    ["branch:main@0/XYZ", "neither a time with offset nor an LSN"],
  ])("%s", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  test("names a variable that does not hold a Postgres URL, and does not show its value", () => {
    expect(() => read("OTHER")).toThrow("The value of the environment variable OTHER, named by --actual, is not a Postgres URL.");
  });
});
