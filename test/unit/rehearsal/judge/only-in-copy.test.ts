import { expect, test } from "vitest";
import { judgeFailure } from "../../../../src/rehearsal/judge/failure.ts";
import { onlyInCopy } from "../../../../src/rehearsal/judge/only-in-copy.ts";
import type { Lacks } from "../../../../src/rehearsal/lacks.ts";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";

const NOTHING: Lacks = { isOtherServer: false, objects: [], powers: [], isPartial: false };
const SERVER: Lacks = {
  ...NOTHING,
  objects: [
    { kind: "role", name: "postgres" },
    { kind: "tablespace", name: "fast" },
    { kind: "extension", name: "postgis" },
    { kind: "collation", name: "de_DE" },
  ],
};

test.each([
  ["42704", 'tablespace "fast" does not exist', "the tablespace fast"],
  ["42501", 'must be able to SET ROLE "postgres"', "the role postgres"],
  ["22023", 'role "postgres" does not exist', "the role postgres"],
  ["42704", 'collation "de_DE" for encoding "UTF8" does not exist', "the collation de_DE"],
  ["0A000", 'extension "postgis" is not available', "the extension postgis"],
  ["58P01", 'could not open extension control file "/share/extension/postgis.control": No such file', "the extension postgis"],
  // The server's language does not matter.
  ["42704", "Tablespace „fast“ existiert nicht", "the tablespace fast"],
])("%s %s is about the copy alone where the server has it", (sqlstate, message, named) => {
  const doubt = onlyInCopy({ sqlstate, message }, SERVER);
  expect(doubt).toMatchObject({ isCertain: true, advice: expect.stringContaining(named) });
  const shown = { files: migrationFiles([]), major: 17, literals: false };
  const judge = (lacks: Lacks | undefined): ReturnType<typeof judgeFailure> =>
    judgeFailure([{ sqlstate, message }], [], { limits: {} }, shown, "exit status 1", [], lacks);
  expect(judge(SERVER).code).toBe("not-rehearsed");
  expect([judge(NOTHING).code, judge(undefined).code]).toEqual(["migration-fails", "migration-fails"]);
});

test("a table with the name of a role that the copy lacks fails in production too", () => {
  expect(onlyInCopy({ sqlstate: "42P01", message: 'relation "postgres" does not exist' }, SERVER)).toBeUndefined();
  expect(onlyInCopy({ sqlstate: "42704", message: 'role "nobody" does not exist' }, SERVER)).toBeUndefined();
});

test("a missing right is in doubt where the server's role has more rights", () => {
  const error = { sqlstate: "42501", message: "permission denied to create role" };
  expect(onlyInCopy(error, NOTHING)).toBeUndefined();
  expect(onlyInCopy(error, { ...NOTHING, powers: ["createrole"] })).toMatchObject({
    isCertain: true,
    advice: expect.stringContaining("(createrole)"),
  });
});

test("nothing is said about production where the copy is of a local server, or parts could not be restored", () => {
  const role = { sqlstate: "42704", message: 'role "app" does not exist' };
  expect(onlyInCopy(role, { ...NOTHING, isOtherServer: true })).toMatchObject({ isCertain: false });
  const table = { sqlstate: "42P01", message: 'relation "places" does not exist' };
  expect(onlyInCopy(table, { ...NOTHING, isPartial: true })).toMatchObject({ isCertain: false });
  expect(onlyInCopy(table, { ...NOTHING, isOtherServer: true })).toBeUndefined();
  const view = { sqlstate: "0A000", message: "cannot alter type of a column used by a view or rule" };
  expect(onlyInCopy(view, { ...NOTHING, isOtherServer: true })).toBeUndefined();
});
