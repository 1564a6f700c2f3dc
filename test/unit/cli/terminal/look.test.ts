import { expect, test } from "vitest";
import { lookOf } from "../../../../src/cli/terminal/look.ts";

const facts = { isTerminal: true, env: { LANG: "de_DE.UTF-8" }, platform: "linux", isCi: false, isWanted: true } as const;

test("a line changes only on a terminal of a person who wants it", () => {
  expect(lookOf(facts).isLive).toBe(true);
  for (const more of [{ isTerminal: false }, { isCi: true }, { isWanted: false }, { env: { TERM: "dumb" } }])
    expect([more, lookOf({ ...facts, ...more }).isLive]).toEqual([more, false]);
});

test.for([
  [{ LANG: "de_DE.UTF-8" }, true],
  [{ LANG: "C.utf8" }, true],
  [{ LC_ALL: "C", LANG: "de_DE.UTF-8" }, false],
  [{ LC_ALL: "", LC_CTYPE: "en_US.UTF-8", LANG: "C" }, true],
  [{ LANG: "de_DE.ISO-8859-1" }, false],
  [{}, false],
] as const)("the locale %o shows Unicode: %s", ([env, expected]) => {
  expect(lookOf({ ...facts, env }).hasUnicode).toBe(expected);
});

test("on Windows the terminal decides, and not the locale", () => {
  const windows = { ...facts, platform: "win32" } as const;
  expect(lookOf({ ...windows, env: { WT_SESSION: "1" } }).hasUnicode).toBe(true);
  expect(lookOf({ ...windows, env: { LANG: "de_DE.UTF-8" } }).hasUnicode).toBe(false);
});
