import { expect, test } from "vitest";
import { knownNames } from "../../../../src/rehearsal/sql/known-names.ts";
import { unrestored as unrestoredWith } from "../../../../src/commands/rehearse/unrestored.ts";

const isKnown = knownNames(["vector", "rate", "orders"]);
const unrestored = (output: string): string => unrestoredWith(output, isKnown);

const COMMENT = `pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 3456; 0 0 COMMENT EXTENSION pg_stat_statements
pg_restore: error: could not execute query: ERROR:  must be owner of extension pg_stat_statements
Command was: COMMENT ON EXTENSION pg_stat_statements IS 'track planning';


`;
const FAILED = (name: string): string => `pg_restore: from TOC entry 12; 1259 1 TABLE ${name} x
pg_restore: error: could not execute query: ERROR:  type "vector" does not exist
LINE 1: secret 4711
Command was: CREATE TABLE ${name} ();

`;

test("the comment of an extension that another role owns is not missed", () => {
  expect(unrestored(`${COMMENT}pg_restore: warning: errors ignored on restore: 1\n`)).toBe("");
});

test("what could not be restored is listed in the server's words, without rows and statements", () => {
  const text = unrestored(`${COMMENT}${FAILED("a")}pg_restore: warning: errors ignored on restore: 2\n`);
  expect(text).toBe('could not execute query: ERROR:  type "vector" does not exist');
});

test("a long list is cut, and says how many are left out", () => {
  expect(unrestored(["a", "b", "c", "d", "e", "f", "g"].map(FAILED).join(""))).toMatch(/; and 2 more$/);
});

test.each([
  ['relation "rate" does not exist', 'relation "rate" does not exist'],
  ['relation "rowsecret" does not exist', 'relation "…" does not exist'],
  ['invalid input syntax for type integer: "rowsecret"', 'invalid input syntax for type integer: "…"'],
  ['unit "rowsecret" not recognized for type date', 'unit "…" not recognized for type date'],
  ["bad row Rowsecret\nCONTEXT:  PL/pgSQL function known(text) line 2 at RAISE", expect.stringMatching(/^code in the database raised/)],
])("an error while rows are restored has names of the databases only: %s", (words, shown) => {
  const text = unrestored(`pg_restore: error: COPY failed for table "orders": ERROR:  ${words}\nCOPY orders, line 1: "rowsecret"\n`);
  expect(text.startsWith('COPY failed for table "orders": ERROR:  ')).toBe(true);
  expect(text.replace(/^.*ERROR: {2}/, "")).toEqual(shown);
});
