import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RunIdentity } from "../../../src/identity/run-identity.ts";
import { baseTag, type OwnerTag, ownerTag, tagFromRecord, tagFromText, tagToRecord, tagToText } from "../../../src/identity/owner-tag.ts";

const run: RunIdentity = {
  repository: "acme/shop",
  key: "run-1",
  ref: "main",
  pullRequest: 77,
  invocation: "1",
  attempt: 2,
  shard: undefined,
  source: "github",
};
const createdAt = new Date("2026-03-01T10:00:00.750Z");
const expiresAt = new Date("2026-03-01T12:00:00Z");
const tag = ownerTag({ run, createdAt, expiresAt });

const seconds = fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
const word = fc.string({ minLength: 1, unit: "binary" });
const anyTag: fc.Arbitrary<OwnerTag> = fc
  .record({
    repository: word,
    key: word,
    ref: fc.option(word, { nil: undefined }),
    pullRequest: fc.option(fc.integer({ min: 1 }), { nil: undefined }),
    at: seconds,
    expires: fc.option(seconds, { nil: undefined }),
    lifetime: fc.constantFrom(undefined, "until-down" as const, "last-run" as const),
    fingerprint: fc.option(word, { nil: undefined }),
    checkout: fc.constantFrom(undefined, "0123456789abcdef-fedcba9876543210"),
  })
  .map(({ repository, key, ref, pullRequest, at, expires, lifetime, fingerprint, checkout }) => {
    const by = { ...run, repository, key, ref, pullRequest, checkout };
    return fingerprint === undefined
      ? ownerTag({ run: by, createdAt: at, expiresAt: expires, lifetime })
      : baseTag({ run: by, createdAt: at, fingerprint });
  });

test("the tag of a run has its repository, run, creation time and expiry time in whole seconds", () => {
  expect(tag).toEqual({
    tool: "offshoot",
    kind: "run",
    repository: "acme/shop",
    run: "run-1",
    created: "2026-03-01T10:00:00Z",
    expires: "2026-03-01T12:00:00Z",
    ref: "main",
    pullRequest: 77,
    fingerprint: undefined,
  });
});

test("the tag of a base has a fingerprint and no expiry time", () => {
  expect(baseTag({ run, createdAt, fingerprint: "abc" })).toMatchObject({
    kind: "base",
    fingerprint: "abc",
    expires: undefined,
    run: "run-1",
  });
});

describe("annotations and labels", () => {
  test("every value is a string under a key with the prefix offshoot, and undefined values are left out", () => {
    expect(tagToRecord({ ...tag, ref: undefined })).toEqual({
      "offshoot-tool": "offshoot",
      "offshoot-kind": "run",
      "offshoot-repository": "acme/shop",
      "offshoot-run": "run-1",
      "offshoot-created": "2026-03-01T10:00:00Z",
      "offshoot-expires": "2026-03-01T12:00:00Z",
      "offshoot-pull-request": "77",
    });
  });

  test("a tag that was written among other labels is read unchanged", () => {
    fc.assert(
      fc.property(anyTag, (written) => {
        expect(tagFromRecord({ "github-commit-repo": "acme/shop", ...tagToRecord(written) })).toEqual(written);
      }),
    );
  });

  test.each([
    ["no record", undefined],
    ["null", null],
    ["a text", "offshoot"],
    ["no keys", {}],
    ["another tool", { ...tagToRecord(tag), "offshoot-tool": "other" }],
    ["another kind", { ...tagToRecord(tag), "offshoot-kind": "permanent" }],
    ["an empty run", { ...tagToRecord(tag), "offshoot-run": "" }],
    ["a run that is a number", { ...tagToRecord(tag), "offshoot-run": 7 }],
    ["a date with fractions", { ...tagToRecord(tag), "offshoot-created": "2026-03-01T10:00:00.5Z" }],
    ["a date without a time", { ...tagToRecord(tag), "offshoot-created": "2026-03-01" }],
    ["a date that does not exist", { ...tagToRecord(tag), "offshoot-expires": "2026-02-30T10:00:00Z" }],
    ["a pull request 0", { ...tagToRecord(tag), "offshoot-pull-request": "0" }],
    ["a pull request that is not a number", { ...tagToRecord(tag), "offshoot-pull-request": "7a" }],
    ["a base without a fingerprint", { ...tagToRecord(tag), "offshoot-kind": "base" }],
    ["an unknown lifetime", { ...tagToRecord(tag), "offshoot-lifetime": "forever" }],
    ["an unknown reason to keep a clone", { ...tagToRecord(tag), "offshoot-kept": "for-fun" }],
  ])("%s is not read as a tag", (_, record) => {
    expect(tagFromRecord(record)).toBeUndefined();
  });

  test.each(["tool", "kind", "repository", "run", "created"])("a tag without %s is not read as a tag", (field) => {
    const { [`offshoot-${field}`]: removed, ...rest } = tagToRecord(tag);
    expect(removed).toBeDefined();
    expect(tagFromRecord(rest)).toBeUndefined();
  });
});

describe("the comment of a database", () => {
  test("a tag is written as one line and is read unchanged", () => {
    fc.assert(
      fc.property(anyTag, (written) => {
        const text = tagToText(written);
        expect(text).not.toMatch(/[\r\n]/);
        expect(text.startsWith("offshoot: {")).toBe(true);
        expect(tagFromText(text)).toEqual(written);
      }),
    );
  });

  test.each([
    undefined,
    null,
    "",
    "offshoot: ",
    "offshoot: {",
    "offshoot: null",
    "offshoot: []",
    'offshoot: {"tool":"offshoot"}',
    `my ${tagToText(tag)}`,
    `${tagToText(tag)} x`,
  ])("%j is not read as a tag", (text) => {
    expect(tagFromText(text)).toBeUndefined();
  });

  test("no text makes the reader throw", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(tagFromText(`offshoot: ${text}`)).toBeUndefined();
      }),
    );
  });

  test("a tag with the pull request as a string is not read as a tag", () => {
    expect(tagFromText(tagToText(tag).replace("77", '"77"'))).toBeUndefined();
  });
});
