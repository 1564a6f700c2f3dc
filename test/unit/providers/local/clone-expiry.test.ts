import { expect, test } from "vitest";
import type { OwnerTag } from "../../../../src/identity/owner-tag.ts";
import { withRunExpiry } from "../../../../src/providers/local/clone-expiry.ts";

const run: OwnerTag = {
  tool: "offshoot",
  kind: "run",
  repository: "acme/shop",
  run: "main",
  created: "2026-03-01T10:00:00Z",
  expires: "2026-03-01T18:00:00Z",
  ref: undefined,
  pullRequest: undefined,
  fingerprint: undefined,
};
const clone: OwnerTag = { ...run, clone: "gw0", expires: "2026-03-01T12:00:00Z" };
const kept: OwnerTag = { ...clone, kept: "failed-test" };

test.each([
  ["a clone expires with its run", clone, [run], run.expires],
  ["a clone with a later expiry keeps it", { ...clone, expires: "2026-03-02T12:00:00Z" }, [run], "2026-03-02T12:00:00Z"],
  ["a clone whose run was deleted has its own expiry", clone, [clone], clone.expires],
  ["a clone of another run has its own expiry", clone, [{ ...run, run: "other" }], clone.expires],
  ["a clone of another repository has its own expiry", clone, [{ ...run, repository: "acme/other" }], clone.expires],
  ["another clone is not the run's database", clone, [{ ...run, clone: "gw1" }], clone.expires],
  ["a base has no run", clone, [{ ...run, kind: "base" as const }], clone.expires],
  ["what a failed test kept has its own expiry", kept, [run], kept.expires],
  ["the run's database has its own expiry", run, [{ ...run, expires: "2026-03-03T12:00:00Z" }], run.expires],
])("%s", (_, tag, all, expected) => {
  expect(withRunExpiry([undefined, ...all])(tag)).toEqual({ ...tag, expires: expected });
});
