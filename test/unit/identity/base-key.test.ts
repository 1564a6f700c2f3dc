import { expect, test } from "vitest";
import { type BaseKeys, baseKeys } from "../../../src/identity/base-key.ts";
import type { RunIdentity } from "../../../src/identity/run-identity.ts";
import { runIdentity } from "../../support/run-identity.ts";

const keys = (run: Partial<RunIdentity>, fingerprint = "f", secretsWithheld = false): BaseKeys =>
  baseKeys(fingerprint, runIdentity({ server: "github.com", ...run }), { secretsWithheld });
const main = keys({ ref: "main" });

test("all refs of a repository share one base, and make it", () => {
  expect(keys({ ref: "release" })).toEqual(main);
  expect(main.trusted).toBeUndefined();
  expect(main.own).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ["a pull request", { pullRequest: 7 }, false],
  ["another pull request", { pullRequest: 8 }, false],
  ["a job without secrets", { ref: "dependabot/npm/x" }, true],
  ["a person", { owner: "ada-5be1c2d0" }, false],
  ["another person", { owner: "bob-5be1c2d0" }, false],
])("%s starts from the base of the refs, and makes another one", (_who, run, secretsWithheld) => {
  const { own, trusted } = keys(run, "f", secretsWithheld);
  expect(trusted).toBe(main.own);
  expect(own).not.toBe(main.own);
});

test("no two of them, no two repositories and no two servers make the same base", () => {
  const all = [
    main,
    keys({}, "other fingerprint"),
    keys({ pullRequest: 7 }),
    keys({ pullRequest: 8 }),
    keys({ ref: "7" }, "f", true),
    keys({ owner: "ada-5be1c2d0" }),
    keys({ owner: "bob-5be1c2d0" }),
    keys({ repository: "acme/other" }),
    keys({ server: "gitlab.com" }),
    keys({ repository: "acme/other", pullRequest: 7 }),
  ];
  expect(new Set(all.map(({ own }) => own)).size).toBe(all.length);
});
