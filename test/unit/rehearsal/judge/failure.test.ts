import { expect, test } from "vitest";
import { judgeFailure } from "../../../../src/rehearsal/judge/failure.ts";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";

const shown = { files: migrationFiles([]), major: 17, literals: false };

test.each([
  ["23502", "fails-on-data"],
  ["23505", "fails-on-data"],
  ["42804", "fails-on-data"],
  ["22P02", "fails-on-data"],
  ["55P03", "fails-by-timeout"],
  ["57014", "fails-by-timeout"],
  ["58P01", "migration-fails"],
  ["42P01", "migration-fails"],
])("the error %s is the finding %s, without values", (sqlstate, code) => {
  const error = { sqlstate, message: 'invalid input syntax for type integer: "SECRET"', object: "column public.a.b" };
  const finding = judgeFailure([error], [], { limits: { lock_timeout: "5s" } }, shown, "exit status 1");
  expect(finding).toMatchObject({ code, facts: { sqlstate } });
  expect(JSON.stringify(finding)).not.toContain("SECRET");
  const settings = code === "fails-by-timeout" ? { settings: ["lock_timeout = 5s"] } : {};
  expect(finding.facts).toMatchObject(settings);
});

test("without an error of the server, the end of the command is the error", () => {
  expect(judgeFailure([], [], { limits: {} }, shown, "exit status 3")).toMatchObject({
    code: "migration-fails",
    facts: { error: "exit status 3" },
  });
});
