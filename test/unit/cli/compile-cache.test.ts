import { homedir } from "node:os";
import { expect, test } from "vitest";
import { compileCacheFolder } from "../../../src/cli/compile-cache.ts";

const own = process.getuid?.();

test("compiled code is kept in the user's own cache folder, not in the shared temporary folder", () => {
  expect(compileCacheFolder({}, own)).toBe(`${homedir()}/.cache/offshoot/node`);
  expect(compileCacheFolder({ XDG_CACHE_HOME: "/var/me" }, own)).toBe("/var/me/offshoot/node");
  expect(compileCacheFolder({ XDG_CACHE_HOME: "relative" }, own)).toBe(`${homedir()}/.cache/offshoot/node`);
});

test("there is no compiled code in the home folder of another user", () => {
  expect(compileCacheFolder({}, (own ?? 0) + 1)).toBeUndefined();
});

test("the user's own setting for Node is used", () => {
  expect(compileCacheFolder({ NODE_COMPILE_CACHE: "/x" }, own)).toBe("/x");
});
