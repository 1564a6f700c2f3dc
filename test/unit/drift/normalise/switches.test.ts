import { describe, expect, test } from "vitest";
import { NORMALISATION_CHOICES } from "../../../../src/config/settings.ts";
import { DEFAULT_NORMALISATIONS, NORMALISATIONS } from "../../../../src/drift/normalise/normalisations.ts";
import { normalisationsOf } from "../../../../src/drift/normalise/switches.ts";

const everything = (applies: boolean) => Object.fromEntries(Object.keys(NORMALISATIONS).map((name) => [name, applies]));

test("the settings accept the name of every normalisation", () => {
  expect(NORMALISATION_CHOICES).toEqual(["all", ...Object.keys(NORMALISATIONS)]);
});

test("without switches, the defaults apply", () => {
  expect(normalisationsOf({}, {})).toEqual(DEFAULT_NORMALISATIONS);
});

test.each(Object.keys(NORMALISATIONS))("%s can be ignored and compared", (name) => {
  expect(normalisationsOf({ ignore: [name] })).toEqual({ ...DEFAULT_NORMALISATIONS, [name]: true });
  expect(normalisationsOf({ compare: [name] })).toEqual({ ...DEFAULT_NORMALISATIONS, [name]: false });
});

test("`all` means every normalisation, and a name has precedence over it", () => {
  expect(normalisationsOf({ compare: ["all"] })).toEqual(everything(false));
  expect(normalisationsOf({ compare: ["all"], ignore: ["owners"] })).toEqual({ ...everything(false), owners: true });
  expect(normalisationsOf({ ignore: ["all"], compare: ["comments"] })).toEqual({ ...everything(true), comments: false });
});

test("the last set of switches wins", () => {
  expect(normalisationsOf({ ignore: ["comments", "grants"] }, { compare: ["comments"] })).toMatchObject({ comments: false, grants: true });
});

describe("an error names the problem", () => {
  test("a misspelt name, with the nearest valid name", () => {
    expect(() => normalisationsOf({ ignore: ["coments"] })).toThrow(
      "coments is not a difference that drift can ignore. Did you mean comments?",
    );
    expect(() => normalisationsOf({ compare: ["column-order"] })).toThrow("Did you mean columnOrder?");
  });

  test("a name that is in both lists", () => {
    expect(() => normalisationsOf({ ignore: ["grants"], compare: ["grants"] })).toThrow("grants cannot be both ignored and compared.");
    expect(() => normalisationsOf({ ignore: ["all"], compare: ["all"] })).toThrow("all cannot be both");
  });
});
