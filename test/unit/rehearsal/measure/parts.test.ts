import { expect, test } from "vitest";
import { readParts } from "../../../../src/rehearsal/measure/parts.ts";
import type { SentStatement } from "../../../../src/rehearsal/observe/recording.ts";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";

const sent = (sql: string): SentStatement => ({
  session: "s",
  sql,
  startMs: 0,
  endMs: 9,
  tags: [],
  sqlstate: undefined,
  mark: undefined,
  isExact: true,
});

test("a text that a file has several times is at its places one after the other, and one that several files have at none", () => {
  const files = migrationFiles([
    { path: "1.sql", text: "copy a from stdin;\n1\n\\.\nalter table a add b int;\n\\copy a from rows.csv\n" },
    { path: "2.sql", text: "alter table a add b int;" },
  ]);
  const partsOf = readParts(files);
  const messages = ["copy a from stdin", "COPY  a FROM STDIN", "alter table a add b int", "copy a from stdin"].map(sent);
  const lines = messages.map((each) => partsOf(each)[0]?.at?.line);
  expect(lines).toEqual([1, 5, undefined, 1]);
  expect(messages.map((each) => partsOf(each)[0]?.at?.line)).toEqual(lines);
});
