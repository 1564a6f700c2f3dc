// @module-tag proof
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { repositoryIn } from "../../../src/migration-tools/repository.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { withSession } from "../../support/session.ts";
import { isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

const tool = REAL_TOOLS.find(({ name }) => name === "liquibase");

const JSON_CHANGELOG = {
  databaseChangeLog: [{ changeSet: { id: "c1", author: "ada", changes: [{ sql: { sql: "create table c1 (id int)" } }] } }],
};

/** Change sets in all formats, with everything that decides about their names and whether they run. */
const FILES: Readonly<Record<string, string>> = {
  "db/changelog/db.changelog-master.yaml": `databaseChangeLog:
  - property: { name: me, value: ada }
  - include: { file: ./db/changelog/a.sql }
  - include: { file: rel/b.xml, relativeToChangelogFile: true }
  - includeAll: { path: all, relativeToChangelogFile: true }
  - include: { file: db/changelog/c.json }
  - changeSet: { id: 007, author: "\${me}", changes: [{ sql: { sql: create table y1 (id int) } }] }
  - changeSet: { id: 2, author: yes, logicalFilePath: logical.yaml, dbms: "!oracle, postgresql", changes: [{ sql: { sql: create table y2 (id int) } }] }
  - changeSet: { id: other, author: ada, dbms: oracle, changes: [{ sql: { sql: create table other (id int) } }] }
  - changeSet: { id: ignored, author: ada, ignore: true, changes: [{ sql: { sql: create table ignored (id int) } }] }
  - changeSet: { id: marked, author: ada, preConditions: [{ onFail: MARK_RAN }, { tableExists: { tableName: nope } }], changes: [{ sql: { sql: select 1 } }] }
`,
  "db/changelog/a.sql":
    '-- liquibase formatted sql\n\n-- changeset "ada l":"a 1" splitStatements:false\ncreate table a1 (id int);\n--rollback drop table a1;\n\n--CHANGESET ada:a2 dbms:postgresql\ncreate table a2 (id int);\n',
  "db/changelog/rel/b.xml": `<?xml version="1.0" encoding="UTF-8"?>
<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.liquibase.org/xml/ns/dbchangelog http://www.liquibase.org/xml/ns/dbchangelog/dbchangelog-latest.xsd">
  <!-- <changeSet id="no" author="x"/> -->
  <changeSet id="b&amp;1" author='ada'><createTable tableName="b1"><column name="id" type="int"/></createTable></changeSet>
</databaseChangeLog>
`,
  "db/changelog/c.json": JSON.stringify(JSON_CHANGELOG),
  "db/changelog/all/01.sql": "create table all1 (id int);\n",
  "db/changelog/all/02.sql": "--liquibase formatted sql logicalFilePath:lf.sql\n--changeset x:1\ncreate table all2 (id int);\n",
  "db/changelog/all/sub/00.sql": "--liquibase formatted sql\n--changeset x:1\ncreate table sub (id int);\n",
  "db/changelog/all/readme.md": "hello",
};

async function projectWith(files: Readonly<Record<string, string>>): Promise<Project> {
  const project = await makeProject({ PATH: toolPath() });
  onTestFinished(() => project.remove());
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(project.directory, dirname(path)), { recursive: true });
    await project.write(path, text);
  }
  await project.offshoot(["up"]);
  return project;
}

async function recorded(project: Project): Promise<readonly string[]> {
  const { DATABASE_URL_UNPOOLED: url = "" } = JSON.parse((await project.offshoot(["env", "--json"])).stdout) as Record<string, string>;
  const rows = await withSession(url, (session) =>
    session.query<{ id: string }>("select filename || '::' || id || '::' || author as id from databasechangelog order by orderexecuted"),
  );
  return rows.map(({ id }) => id);
}

test.runIf(tool !== undefined && isInstalled(tool))(
  "the change sets that are read are those that Liquibase records, in its order",
  { timeout: 120_000 },
  async () => {
    const project = await projectWith(FILES);
    const { code, stderr } = await project.offshoot(["migrate"]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).not.toContain("was not checked");
    const { revisions } = await requireTool("liquibase", repositoryIn(project.directory));
    expect(await recorded(project)).toEqual(revisions.map(({ id }) => id));
  },
);

test.runIf(tool !== undefined && isInstalled(tool))(
  "a change set that depends on a context is left out of the comparison, and the run says so",
  { timeout: 120_000 },
  async () => {
    const project = await projectWith({
      "liquibase.properties":
        "changeLogFile=changelog.sql\nliquibase.command.contexts=prod\nliquibase.databaseChangelogTableName=shop_log\n",
      "changelog.sql":
        "--liquibase formatted sql\n--changeset ada:1\ncreate table one (id int);\n--changeset ada:2 context:test\ncreate table two (id int);\n",
    });
    const { code, stderr } = await project.offshoot(["migrate"]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain(
      "Whether a migration was left out was not checked, because contexts decide whether Liquibase runs some change sets.",
    );
    const { versionTable } = await requireTool("liquibase", repositoryIn(project.directory));
    expect(versionTable.name).toBe("shop_log");
  },
);
