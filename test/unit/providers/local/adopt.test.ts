import { describe, expect, test } from "vitest";
import { extendedTag } from "../../../../src/providers/local/adopt.ts";
import { tagWith } from "./tags.ts";

describe("adopting a database rewrites its tag", () => {
  test.each([
    ["when the wanted expiry is later", {}, { expires: "2026-01-01T05:00:00Z" }, { expires: "2026-01-01T05:00:00Z" }],
    ["when the wanted database has no expiry", {}, { expires: undefined }, { expires: undefined }],
    ["when the wanted database is kept after the run", { lifetime: "last-run" }, { lifetime: "until-down" }, { lifetime: "until-down" }],
    ["when no lifetime is wanted, which means that it is kept", { lifetime: "last-run" }, {}, { lifetime: "until-down" }],
    [
      "with its old lifetime when only the expiry is later",
      { lifetime: "last-run" },
      { lifetime: "last-run", expires: "2026-01-02T00:00:00Z" },
      { lifetime: "last-run" },
    ],
  ] as const)("%s", (_title, present, wanted, expected) => {
    expect(extendedTag(tagWith(present), tagWith(wanted))).toMatchObject(expected);
  });

  test("with the same creator and creation time", () => {
    const present = tagWith({ created: "2025-12-31T00:00:00Z", ref: "main" });
    const next = extendedTag(present, tagWith({ expires: "2026-01-03T00:00:00Z", ref: "other" }));
    expect(next).toEqual({ ...present, expires: "2026-01-03T00:00:00Z" });
  });
});

describe("adopting a database does not change its tag", () => {
  test.each([
    ["when the wanted expiry is the same", {}, {}],
    ["when the wanted expiry is only seconds later", {}, { expires: "2026-01-01T02:00:59Z" }],
    ["when the wanted expiry is earlier", {}, { expires: "2026-01-01T01:00:00Z" }],
    ["when the database has no expiry", { expires: undefined }, { expires: "2030-01-01T00:00:00Z" }],
    ["when another run wants to keep the database and this one does not", { lifetime: "until-down" }, { lifetime: "last-run" }],
  ] as const)("%s", (_title, present, wanted) => {
    expect(extendedTag(tagWith(present), tagWith(wanted))).toBeUndefined();
  });
});
