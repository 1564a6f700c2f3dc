import { expect, test } from "vitest";
import { ledgerGap } from "../../../src/migration-tools/version-table.ts";
import { inSequence } from "../../../src/migration-tools/revisions.ts";
import type { Ledger, Project } from "../../../src/migration-tools/tool.ts";

const project = (holds: Ledger["holds"]): Project => ({
  tool: "sample",
  evidence: "sample.ini",
  command: "sample up",
  files: [],
  ledger: { tables: ["public.versions"], query: "select id from versions", holds },
  revisions: inSequence(["m/1.sql", "m/2.sql", "m/3.sql"]),
});

test.each<{ holds: Ledger["holds"]; recorded: string[]; lacking?: string[]; surplus?: string[]; when: string }>([
  { when: "a table of heads holds the head alone", holds: "heads", recorded: ["3"] },
  { when: "a table of heads is behind", holds: "heads", recorded: ["2"], lacking: ["3"], surplus: ["2"] },
  { when: "a table of heads has a row too many, as after a race", holds: "heads", recorded: ["1", "3"], lacking: [], surplus: ["1"] },
  { when: "a table of heads has its head twice", holds: "heads", recorded: ["3", "3"], lacking: [], surplus: ["3"] },
  { when: "a table of heads is empty", holds: "heads", recorded: [], lacking: ["3"], surplus: [] },
  { when: "a table of all holds the newest", holds: "all", recorded: ["1", "2", "3"] },
  { when: "a table of all knows more, such as what packages brought", holds: "all", recorded: ["auth", "1", "2", "3"] },
  { when: "a table of all lacks the newest", holds: "all", recorded: ["1", "2"], lacking: ["3"], surplus: [] },
])("$when", ({ holds, recorded, lacking, surplus }) => {
  expect(ledgerGap(project(holds), recorded)).toEqual(lacking === undefined ? undefined : { lacking, surplus });
});
