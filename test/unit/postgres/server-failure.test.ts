import { expect, test } from "vitest";
import { OffshootError } from "../../../src/errors.ts";
import { checkpointFailure, serverFailure } from "../../../src/postgres/server-failure.ts";

const URL = "postgresql://u:pa55word@db.example:5433/shop";
const thrown = (code: string, message: string, hint?: string): Error => Object.assign(new Error(message), { code, hint });

test.each([
  ["53100", "could not extend file", "DISK_FULL"],
  ["58030", "could not write to file: No space left on device", "DISK_FULL"],
  ["58030", "could not fsync file: Input/output error", "SERVER_FAILED"],
  ["XX000", "checkpoint request failed", "SERVER_FAILED"],
  ["XX000", "could not write init file", "DISK_FULL"],
  ["53200", "out of shared memory", "SERVER_FAILED"],
  ["53400", "temporary file size exceeds temp_file_limit", "SERVER_FAILED"],
  ["XX001", "invalid page in block 0", "SERVER_FAILED"],
  ["25006", "cannot execute CREATE DATABASE during recovery", "SERVER_FAILED"],
])("%s (%s) is %s, with the server's words", (code, message, expected) => {
  expect(serverFailure(URL, thrown(code, message, "Ask pa55word."))).toMatchObject({
    code: expected,
    exitCode: 13,
    message: expect.stringMatching(/^The Postgres server at db\.example:5433 /) as string,
    meaning: `It reported: ${message}. Ask ***.`,
    remedy: expect.stringMatching(/\.$/) as string,
    facts: { sqlstate: code },
  });
});

test.each([
  ["53300", "too many clients"],
  ["58P01", "could not open extension control file"],
  ["42P01", 'relation "t" does not exist'],
  ["XX000", "cache lookup failed"],
])("%s (%s) is returned as it was thrown", (code, message) => {
  const error = thrown(code, message);
  expect(serverFailure(URL, error)).toBe(error);
});

test("an error of offshoot is returned as it was thrown", () => {
  const error = new OffshootError("CANCELLED", "Cancelled.");
  expect(serverFailure(URL, error)).toBe(error);
});

/** A session whose next statement fails with this error, or succeeds. */
const answers = (error: Error | undefined) => ({
  async query() {
    if (error !== undefined) throw error;
    return [];
  },
});

test("a failed checkpoint is a full disk where the session meets that too, and otherwise stays what it was", async () => {
  const failed = thrown("XX000", "checkpoint request failed");
  const full = thrown("53100", 'could not write to file "base/pgsql_tmp/1": No space left on device');
  expect(serverFailure(URL, await checkpointFailure(answers(full), failed))).toMatchObject({ code: "DISK_FULL" });
  expect(await checkpointFailure(answers(undefined), failed)).toBe(failed);
  expect(await checkpointFailure(answers(thrown("25P02", "the transaction is aborted")), failed)).toBe(failed);
  const other = thrown("42P01", "no such table");
  expect(await checkpointFailure(answers(full), other)).toBe(other);
});
