import { expect, test } from "vitest";
import { expiryText } from "../../../src/cli/expiry-text.ts";
import { requestFor } from "../../support/neon-harness.ts";

const { tag } = requestFor("run-1");

test.each([
  [new Date("2026-12-01T00:00:00Z"), tag, "2026-12-01 00:00 UTC"],
  [undefined, tag, `never by itself; \`offshoot sweep --yes\` deletes it after ${tag.expires}`],
  [undefined, { ...tag, expires: undefined }, "never"],
])("an expiry of %s is shown with what decides it", (expiresAt, own, text) => {
  expect(expiryText({ expiresAt, tag: own })).toBe(text);
});
