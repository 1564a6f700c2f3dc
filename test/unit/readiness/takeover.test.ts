import * as fc from "fast-check";
import { expect, test } from "vitest";
import { migrationName } from "../../../src/readiness/takeover.ts";

test("a migration's session name has at most 63 bytes for every run, and ends with the epoch", () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 999_999_999 }), (run, epoch) => {
      expect(migrationName(run, epoch)).toMatch(/^offshoot:migrate:[0-9a-f]{12}:\d+$/);
      expect(Buffer.byteLength(migrationName(run, epoch))).toBeLessThanOrEqual(63);
    }),
  );
});
