import { expect, test } from "vitest";
import { versionTableGap } from "../../../src/migration-tools/version-table.ts";
import { inSequence } from "../../../src/migration-tools/revisions.ts";
import type { VersionTable, Project } from "../../../src/migration-tools/tool.ts";

const project = (holds: VersionTable["holds"]): Project => ({
  tool: "sample",
  evidence: "sample.ini",
  command: "sample up",
  files: [],
  versionTable: { tables: ["public.versions"], name: "versions", query: (table) => `select id from ${table}`, holds },
  revisions: inSequence(["m/1.sql", "m/2.sql", "m/3.sql"]),
});

test.each<{
  holds: VersionTable["holds"];
  recorded: string[];
  missing?: string[];
  unexpected?: string[];
  leftOut?: string[];
  when: string;
}>([
  { when: "a table of heads that contains only the head is up to date", holds: "heads", recorded: ["3"] },
  { when: "a table of heads can be behind", holds: "heads", recorded: ["2"], missing: ["3"], unexpected: ["2"] },
  {
    when: "a table of heads can have an additional row, for example after a race",
    holds: "heads",
    recorded: ["1", "3"],
    missing: [],
    unexpected: ["1"],
  },
  { when: "a table of heads can contain its head twice", holds: "heads", recorded: ["3", "3"], missing: [], unexpected: ["3"] },
  { when: "a table of heads can be empty", holds: "heads", recorded: [], missing: ["3"], unexpected: [] },
  { when: "a table of all revisions that contains the newest is up to date", holds: "all", recorded: ["1", "2", "3"] },
  {
    when: "a table of all revisions can contain more, for example the migrations of packages",
    holds: "all",
    recorded: ["auth", "1", "2", "3"],
  },
  { when: "a table of all revisions can lack the newest", holds: "all", recorded: ["1", "2"], missing: ["3"], unexpected: [] },
  {
    when: "a table of all revisions can lack one in the middle, which the tool left out",
    holds: "all",
    recorded: ["1", "3"],
    missing: ["2"],
    unexpected: [],
    leftOut: ["2"],
  },
])("$when", ({ holds, recorded, missing, unexpected, leftOut = [] }) => {
  expect(versionTableGap(project(holds), recorded)).toEqual(missing === undefined ? undefined : { missing, leftOut, unexpected });
});
