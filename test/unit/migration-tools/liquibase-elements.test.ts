import { expect, test } from "vitest";
import { type Element, elementsOfSql, elementsOfXml, elementsOfYaml } from "../../../src/migration-tools/liquibase-elements.ts";

/** An element as a list: its name, its attributes, and its children. */
function listed({ name, attributes, children }: Element): unknown {
  return [name, Object.fromEntries(attributes), ...children.map((child) => listed(child))];
}

const namesOf = ({ children }: Element) => children.map(({ attributes }) => `${attributes.get("author")}:${attributes.get("id")}`);

test("XML gives elements with attributes, without comments, CDATA and prefixes", () => {
  const root = elementsOfXml(`<?xml version="1.0"?>
<db:databaseChangeLog logicalFilePath="x.xml">
  <!-- <changeSet id="no" author="x"/> -->
  <changeSet id='b&amp;&#49;' author="ada &lt;3"><comment>a <![CDATA[<changeSet id="z" author="z">]]></comment></changeSet>
  <include file="a.sql"/>
</db:databaseChangeLog>`);
  expect(listed(root)).toEqual([
    "databaseChangeLog",
    { logicalFilePath: "x.xml" },
    ["changeSet", { id: "b&1", author: "ada <3" }, ["comment", {}]],
    ["include", { file: "a.sql" }],
  ]);
});

test("text that is not XML, and a file that nests without end, give elements without an error", () => {
  expect(elementsOfXml("hello").children).toEqual([]);
  expect(elementsOfXml("</a></a><b/>").name).toBe("b");
  expect(elementsOfXml("<a>".repeat(100_000)).name).toBe("a");
});

test("YAML has the values that Liquibase records, and JSON is YAML", async () => {
  const root = await elementsOfYaml(`databaseChangeLog:
  - logicalFilePath: x.yaml
  - changeSet: { id: 007, author: yes, preConditions: [{ onFail: CONTINUE }, { tableExists: { tableName: t } }] }
  - changeSet: { id: 20240102030405060708, author: ada }
  - changeSet: { id: "1.10", author: ada }
  - changeSet: { id: 1.10, author: 2024-01-02 }
`);
  expect(root.attributes.get("logicalFilePath")).toBe("x.yaml");
  expect(namesOf(root)).toEqual(["true:7", "ada:20240102030405060708", "ada:1.10", "${}:${}"]);
  expect(listed(root.children[0]?.children[0] as Element)).toEqual([
    "preConditions",
    { onFail: "CONTINUE" },
    ["tableExists", { tableName: "t" }],
  ]);
  expect(namesOf(await elementsOfYaml('{"databaseChangeLog": [{"changeSet": {"id": "1", "author": "ada"}}]}'))).toEqual(["ada:1"]);
});

test("YAML without a changelog has no elements, and YAML that is not valid is an error", async () => {
  for (const text of ["", "[]", "a: 1", "databaseChangeLog: 7"]) expect((await elementsOfYaml(text)).children).toEqual([]);
  await expect(elementsOfYaml("a: [")).rejects.toThrow(/Flow sequence/);
});

test("formatted SQL gives its change sets with their settings", () => {
  const root = elementsOfSql(`-- liquibase formatted sql logicalFilePath:lf.sql

-- changeset "ada l":"a 1" splitStatements:false context:"prod or test"
--preconditions onFail:CONTINUE onError:HALT
create table a (id int);
--rollback drop table a;
--CHANGESET ada:a2 dbms:postgresql
-- a comment about --changeset x:y
`);
  expect(root.attributes.get("logicalFilePath")).toBe("lf.sql");
  expect(namesOf(root)).toEqual(["ada l:a 1", "ada:a2"]);
  expect(root.children[0]?.attributes.get("context")).toBe("prod or test");
  expect(root.children[0]?.children[0]?.attributes.get("onFail")).toBe("CONTINUE");
  expect(root.children[1]?.attributes.get("dbms")).toBe("postgresql");
});

test("an SQL file without the first line is one change set", () => {
  expect(namesOf(elementsOfSql("--changeset ada:1\nselect 1;"))).toEqual(["includeAll:raw"]);
});
