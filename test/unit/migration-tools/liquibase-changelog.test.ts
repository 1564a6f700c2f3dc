import { expect, test } from "vitest";
import { type Changelog, readChangelog } from "../../../src/migration-tools/liquibase-changelog.ts";
import { withFiles } from "../../support/tools.ts";

const read = (files: Readonly<Record<string, string>>, file = "m.yaml", root = "."): Promise<Changelog> =>
  withFiles(files, (repository) => readChangelog(repository, root, file));

const yaml = (...entries: readonly string[]): string => `databaseChangeLog:\n${entries.map((entry) => `  - ${entry}\n`).join("")}`;
const sql = (...sets: readonly string[]): string => `--liquibase formatted sql\n${sets.map((set) => `--changeset ${set}\n`).join("")}`;

test("change sets are read in the order in which they are included, relative to the search path or to the file", async () => {
  const { changeSets, files, unread } = await read(
    {
      "res/db/m.yaml": yaml(
        "include: { file: db/b.sql }",
        "includeAll: { path: all/, relativeToChangelogFile: true }",
        "changeSet: { id: 1, author: a }",
      ),
      "res/db/b.sql": sql("x:1"),
      "res/db/all/2.sql": sql("x:1"),
      "res/db/all/10.xml": '<databaseChangeLog><changeSet id="1" author="y"/></databaseChangeLog>',
      "res/db/all/readme.md": "no",
    },
    "db/m.yaml",
    "res",
  );
  expect(unread).toBeUndefined();
  expect(changeSets.map(({ id }) => id)).toEqual(["db/b.sql::1::x", "db/all/10.xml::1::y", "db/all/2.sql::1::x", "db/m.yaml::1::a"]);
  expect(files).toContain("res/db/all/2.sql");
});

test("a change set for another database and an ignored one do not count, and one with a condition is not certain", async () => {
  const { changeSets } = await read({
    "m.yaml": yaml(
      "changeSet: { id: o, author: a, dbms: oracle }",
      'changeSet: { id: n, author: a, dbms: "!postgresql" }',
      'changeSet: { id: p, author: a, dbms: "postgresql, h2" }',
      'changeSet: { id: q, author: a, dbms: "!oracle" }',
      "changeSet: { id: i, author: a, ignore: true }",
      "changeSet: { id: c, author: a, context: test }",
      "changeSet: { id: l, author: a, labels: x }",
      "changeSet: { id: f, author: a, failOnError: false }",
      "changeSet: { id: g, author: a, preConditions: [{ onFail: CONTINUE }] }",
      "changeSet: { id: m, author: a, preConditions: [{ onFail: MARK_RAN }] }",
      "include: { file: t.sql, contextFilter: test }",
    ),
    "t.sql": sql("t:1"),
  });
  expect(changeSets.map(({ id, condition }) => `${id.split("::")[1]} ${condition ?? ""}`.trim())).toEqual([
    "p",
    "q",
    "c contexts",
    "l labels",
    "f failOnError",
    "g preconditions",
    "m",
    "1 contexts",
  ]);
});

test("properties of the changelog are replaced, and the first value counts", async () => {
  const { changeSets } = await read({
    "m.yaml": yaml("property: { name: who, value: ada }", "property: { name: who, value: eve }", "changeSet: { id: 1, author: '${who}' }"),
  });
  expect(changeSets.map(({ id }) => id)).toEqual(["m.yaml::1::ada"]);
});

test.each<[what: string, files: Record<string, string>, unread: RegExp]>([
  ["a file that does not exist", { "m.yaml": yaml("include: { file: x.sql }") }, /^x\.sql was not found$/],
  ["an empty folder", { "m.yaml": yaml("includeAll: { path: x }") }, /^the folder x has no changelogs$/],
  ["a computed path", { "m.yaml": yaml("include: { file: '${dir}/x.sql' }") }, /^m\.yaml computes what it includes$/],
  ["a filter class", { "m.yaml": yaml("includeAll: { path: x, filter: a.b.C }") }, /^m\.yaml computes what it includes$/],
  ["a computed name", { "m.yaml": yaml("changeSet: { id: 1.0, author: a }") }, /^m\.yaml computes the name of a change set$/],
  ["a file of properties", { "m.yaml": yaml("property: { file: a.properties }") }, /^m\.yaml reads properties from a file$/],
  ["a file that includes itself", { "m.yaml": yaml("include: { file: m.yaml }") }, /^m\.yaml is included twice$/],
  [
    "an unknown format",
    { "m.yaml": yaml("include: { file: a.groovy }"), "a.groovy": "" },
    /^a\.groovy cannot be read: its format is not known$/,
  ],
  ["invalid YAML", { "m.yaml": "databaseChangeLog: [" }, /^m\.yaml cannot be read: /],
])("%s is reported as what could not be read", async (_what, files, unread) => {
  expect((await read(files)).unread).toMatch(unread);
});

test("a path out of the repository is not followed", async () => {
  const { unread } = await read({ "m.yaml": yaml("include: { file: ../../../../etc/passwd.sql }") });
  expect(unread).toBe("etc/passwd.sql was not found");
});
