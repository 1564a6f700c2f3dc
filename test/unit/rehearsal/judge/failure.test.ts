import { expect, test } from "vitest";
import { readError } from "../../../../src/broker/error-tap.ts";
import { codeOfError } from "../../../../src/broker/messages.ts";
import { judgeFailure } from "../../../../src/rehearsal/judge/failure.ts";
import { kindOf } from "../../../../src/rehearsal/sql/kinds.ts";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";
import { tokensOf } from "../../../../src/postgres/sql/tokens.ts";
import { statementsIn } from "../../../../src/postgres/sql/split.ts";

const shown = { files: migrationFiles([]), major: 17, literals: false };

test.each([
  ["23502", "fails-on-data"],
  ["23505", "fails-on-data"],
  ["42804", "migration-fails"],
  ["22P02", "fails-on-data"],
  ["2200N", "fails-on-data"],
  ["22012", "fails-on-data"],
  ["22021", "fails-on-data"],
  ["22030", "fails-on-data"],
  ["23001", "fails-on-data"],
  ["2200H", "fails-on-data"],
  ["44000", "fails-on-data"],
  ["2201B", "migration-fails"],
  ["22023", "migration-fails"],
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

test("of several statements in one message, the one that failed is named", () => {
  const sql = "drop index item_key; alter table item add column team int; alter table item alter column team set not null; select 1";
  const parts = statementsIn(sql).map(({ tokens }) => ({ tokens, kind: kindOf(tokens), names: [], at: undefined }));
  const sent = { session: "s", sql, startMs: 0, tags: ["DROP INDEX", "ALTER TABLE"], sqlstate: "23502", mark: undefined, isExact: true };
  const statement = {
    sent: { ...sent, endMs: 9 },
    startMs: 0,
    endMs: 9,
    pid: 1,
    transaction: 0,
    parts,
    count: 4,
    migration: "2_team",
    isQuiet: false,
  };
  const error = { sqlstate: "23502", message: 'column "team" of relation "item" contains null values' };
  expect(judgeFailure([error], [statement], { limits: {} }, shown, "exit status 1").facts).toMatchObject({
    statement: "alter table item alter column team set not null",
  });
});

function failing(sql: string, sqlstate: string, position?: number): unknown {
  const parts = statementsIn(sql).map(({ tokens }) => ({ tokens, kind: kindOf(tokens), names: [], at: undefined }));
  const sent = { session: "s", sql, startMs: 0, endMs: 9, tags: [], sqlstate, mark: undefined, isExact: true };
  const read = { sent, startMs: 0, endMs: 9, pid: 1, transaction: 0, parts, count: parts.length, migration: "2_team", isQuiet: false };
  const { code, facts } = judgeFailure([{ sqlstate, message: "x", position }], [read], { limits: {} }, shown, "exit status 1");
  return [code, "statement" in facts ? facts.statement : undefined];
}

test("an error at a place in the text is attributed to the statement there, also of a message of which nothing ran", () => {
  const sql = "begin; alter table t add column ü int; alter table t add colum b int; commit";
  expect(failing(sql, "42601", sql.indexOf("int; commit") + 1)).toEqual(["migration-fails", "alter table t add colum b int"]);
});

test.each([
  ["insert into t values (null)", "23502", undefined, "migration-fails"],
  ["insert into t values (1), (1)", "23505", undefined, "migration-fails"],
  ["copy t from stdin", "23505", undefined, "migration-fails"],
  ["update t set state = 'nonsense'", "22P02", 22, "migration-fails"],
  ["update t set n = s::int", "22P02", undefined, "fails-on-data"],
  ["insert into t select * from u", "23505", undefined, "fails-on-data"],
  ["select 1 / 0", "22012", undefined, "migration-fails"],
  ["select sum(1 / n) from t", "22012", undefined, "fails-on-data"],
  ["select f(0)", "22012", undefined, "fails-on-data"],
  ["alter table t alter column a set not null", "23502", undefined, "fails-on-data"],
] as const)("%s with the error %s at %s is %s: only rows that exist are looked for in production", (sql, sqlstate, position, code) => {
  expect(failing(sql, sqlstate, position)).toEqual([code, expect.anything()]);
});

test("the text of an error that code in the database raised is shown only with the literals", () => {
  const fields = ["SERROR", "CP0001", "Mno order for SECRET", "Rexec_stmt_raise"].map((field) => `${field}\0`).join("");
  const error = readError(Buffer.from(fields));
  const find = (literals: boolean): string =>
    JSON.stringify(judgeFailure([error], [], { limits: {} }, { ...shown, literals }, "exit status 1"));
  expect(find(false)).toContain("code in the database raised an error");
  expect(find(false)).not.toContain("SECRET");
  expect(find(true)).toContain("no order for SECRET");
});

test("without an error of the server, the end of the command is the error", () => {
  expect(judgeFailure([], [], { limits: {} }, shown, "exit status 3")).toMatchObject({
    code: "migration-fails",
    facts: { error: "exit status 3" },
  });
});

test.each([
  ["0A000", "cannot alter type of a column used by a view or rule", /^Drop what uses the column first/],
  ["0A000", 'extension "x" is not available', /^The server has no files of this extension/],
  ["0A000", "ON CONFLICT DO UPDATE not supported with exclusion constraints as arbiters", /^Postgres does not support this/],
  ["2BP01", "cannot drop table a because other objects depend on it", /^Other objects need this one/],
])("the advice for %s fits the cause: %s", (sqlstate, message, advice) => {
  const { facts } = judgeFailure([{ sqlstate, message }], [], { limits: {} }, shown, "exit status 1");
  expect(facts).toMatchObject({ advice: expect.stringMatching(advice) });
});

test("the text of an error that a function raised is shown only where literals are wanted", () => {
  const raised = { sqlstate: "P0001", message: "bad row SECRET", isRaised: true } as const;
  const judged = (literals: boolean): string =>
    JSON.stringify(judgeFailure([raised], [], { limits: {} }, { ...shown, literals }, "exit status 1"));
  expect(judged(false)).not.toContain("SECRET");
  expect(judged(false)).toContain("P0001");
  expect(judged(true)).toContain("bad row SECRET");
});

test("a failure after the text that was kept is not attributed to a statement that ran before it", () => {
  const parts = [{ tokens: tokensOf("drop table a"), kind: "other" as const, names: [], at: undefined }];
  const sent = { session: "s", sql: "drop table a", startMs: 0, endMs: 9, tags: ["DROP TABLE", "INSERT 0 1"], sqlstate: "23502" };
  const statement = { sent: { ...sent, mark: undefined, isExact: true, isCut: true }, startMs: 0, endMs: 9, pid: 1, transaction: 0 };
  const read = { ...statement, parts, count: 2, migration: "2_team", isQuiet: false };
  const error = { sqlstate: "23502", message: "null value" };
  const { facts, object } = judgeFailure([error], [read], { limits: {} }, shown, "exit status 1");
  expect([object.name, "statement" in facts]).toEqual(["2_team", false]);
});

test.each([
  ["22012", "division by zero", /Values of rows make a division by zero.* If the statement computes it from its own constants/],
  ["22003", "integer out of range", /If the statement computes it from its own constants/],
  ["2201B", "invalid regular expression: parentheses () not balanced", /^A constant of the statement, or the value of a row/],
  ["23503", 'update or delete on table "a" violates foreign key constraint', /^Other rows refer to rows that the statement deletes/],
  ["23503", 'insert or update on table "a" violates foreign key constraint', /^Rows refer to rows that do not exist/],
])("the advice for %s says what can be the reason: %s", (sqlstate, message, advice) => {
  const { facts } = judgeFailure([{ sqlstate, message }], [], { limits: {} }, shown, "exit status 1");
  expect(facts).toMatchObject({ advice: expect.stringMatching(advice) });
});

test.each([
  ["S3CRT", "exec_stmt_raise", "…"],
  ["S3CRT", "PLy_elog_impl", "…"],
  ["23505", "exec_stmt_raise", "23505"],
  ["TS001", "ts_function", "TS001"],
])("the code %s of an error of %s is shown as %s: code in the database can make one of a row", (code, routine, shownAs) => {
  const body = Buffer.from(["SERROR", `C${code}`, "Mx", `R${routine}`].map((field) => `${field}\0`).join(""));
  expect(readError(body).sqlstate).toBe(shownAs);
  expect(codeOfError(body)).toBe(shownAs);
});
