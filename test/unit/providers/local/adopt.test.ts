import { describe, expect, test } from "vitest";
import { renewed } from "../../../../src/providers/local/adopt.ts";
import { tagWith } from "./tags.ts";

describe("adopting writes the tag anew", () => {
  test.each([
    ["a later expiry is taken over", {}, { expires: "2026-01-01T05:00:00Z" }, { expires: "2026-01-01T05:00:00Z" }],
    ["no expiry is the latest", {}, { expires: undefined }, { expires: undefined }],
    ["who keeps the database after the run prevails", { lifetime: "last-run" }, { lifetime: "until-down" }, { lifetime: "until-down" }],
    ["no stated lifetime means that it is kept", { lifetime: "last-run" }, {}, { lifetime: "until-down" }],
    [
      "a later expiry leaves the lifetime",
      { lifetime: "last-run" },
      { lifetime: "last-run", expires: "2026-01-02T00:00:00Z" },
      { lifetime: "last-run" },
    ],
  ] as const)("%s", (_title, present, wanted, expected) => {
    expect(renewed(tagWith(present), tagWith(wanted))).toMatchObject(expected);
  });

  test("and keeps who created it and when", () => {
    const present = tagWith({ created: "2025-12-31T00:00:00Z", ref: "main" });
    const next = renewed(present, tagWith({ expires: "2026-01-03T00:00:00Z", ref: "other" }));
    expect(next).toEqual({ ...present, expires: "2026-01-03T00:00:00Z" });
  });
});

describe("adopting leaves the tag as it is", () => {
  test.each([
    ["for the same expiry", {}, {}],
    ["for one that is seconds later", {}, { expires: "2026-01-01T02:00:59Z" }],
    ["for an earlier one", {}, { expires: "2026-01-01T01:00:00Z" }],
    ["where nothing expires at all", { expires: undefined }, { expires: "2030-01-01T00:00:00Z" }],
    ["for a run that would remove it, when another wants to keep it", { lifetime: "until-down" }, { lifetime: "last-run" }],
  ] as const)("%s", (_title, present, wanted) => {
    expect(renewed(tagWith(present), tagWith(wanted))).toBeUndefined();
  });
});
