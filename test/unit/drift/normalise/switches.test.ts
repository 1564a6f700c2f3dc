import { describe, expect, test } from "vitest";
import { NORMALISATION_CHOICES } from "../../../../src/config/settings.ts";
import { DEFAULT_NORMALISATIONS, NORMALISATIONS } from "../../../../src/drift/normalise/normalisations.ts";
import { normalisationsOf } from "../../../../src/drift/normalise/switches.ts";

const everything = (applies: boolean) => Object.fromEntries(Object.keys(NORMALISATIONS).map((name) => [name, applies]));

test("the settings know every normalisation by its name", () => {
  expect(NORMALISATION_CHOICES).toEqual(["all", ...Object.keys(NORMALISATIONS)]);
});

test("without a word the defaults apply", () => {
  expect(normalisationsOf({}, {})).toEqual(DEFAULT_NORMALISATIONS);
});

test.each(Object.keys(NORMALISATIONS))("%s can be switched both ways", (name) => {
  expect(normalisationsOf({ ignore: [name] })).toEqual({ ...DEFAULT_NORMALISATIONS, [name]: true });
  expect(normalisationsOf({ compare: [name] })).toEqual({ ...DEFAULT_NORMALISATIONS, [name]: false });
});

test("all stands for every one, and a name beats it", () => {
  expect(normalisationsOf({ compare: ["all"] })).toEqual(everything(false));
  expect(normalisationsOf({ compare: ["all"], ignore: ["owners"] })).toEqual({ ...everything(false), owners: true });
  expect(normalisationsOf({ ignore: ["all"], compare: ["comments"] })).toEqual({ ...everything(true), comments: false });
});

test("the later set has its way", () => {
  expect(normalisationsOf({ ignore: ["comments", "grants"] }, { compare: ["comments"] })).toMatchObject({ comments: false, grants: true });
});

describe("errors name what is wrong", () => {
  test("a misspelt name, with the nearest", () => {
    expect(() => normalisationsOf({ ignore: ["coments"] })).toThrow("There is no coments to ignore in a drift; did you mean comments?");
    expect(() => normalisationsOf({ compare: ["column-order"] })).toThrow("did you mean columnOrder?");
  });

  test("one that is in both lists", () => {
    expect(() => normalisationsOf({ ignore: ["grants"], compare: ["grants"] })).toThrow("grants is to be both ignored and compared.");
    expect(() => normalisationsOf({ ignore: ["all"], compare: ["all"] })).toThrow("all is to be both");
  });
});
