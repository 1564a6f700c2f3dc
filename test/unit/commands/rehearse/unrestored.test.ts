import { expect, test } from "vitest";
import { unrestored } from "../../../../src/commands/rehearse/unrestored.ts";

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
