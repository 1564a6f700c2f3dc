import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MIGRATION_NAME, migrationName, sessionName } from "../../../src/readiness/session-names.ts";

test("a session's name has at most 63 bytes for every run, ends with the epoch, and is found by its pattern", () => {
  const nonces = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((each) => each.toString(16).padStart(16, "0"));
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 999_999_999 }), nonces, (run, epoch, nonce) => {
      const name = migrationName(run, epoch);
      const session = sessionName(name, nonce);
      expect(session).toContain(nonce);
      for (const each of [name, session]) {
        expect(Buffer.byteLength(each)).toBeLessThanOrEqual(63);
        expect(new RegExp(MIGRATION_NAME).exec(each)?.[1]).toBe(String(epoch));
      }
    }),
  );
});
