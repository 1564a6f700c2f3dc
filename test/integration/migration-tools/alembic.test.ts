// @module-tag proof
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { readVersionTable, versionTableGap } from "../../../src/migration-tools/version-table.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";
import { isInstalled, REAL_TOOLS, toolPath, withFiles } from "../../support/tools.ts";

const run = promisify(execFile);

const ini = "[alembic]\nscript_location = mig\n";
const env = (more: string): string => `import os
from alembic import context
from sqlalchemy import create_engine, pool
engine = create_engine(os.environ["DATABASE_URL"].replace("postgres://", "postgresql://"), poolclass=pool.NullPool)
with engine.connect() as connection:
    ${more}
    with context.begin_transaction():
        context.run_migrations()
`;
const migration = (declarations: string): string => `${declarations}\ndef upgrade(): pass\ndef downgrade(): pass\n`;

const CASES = [
  {
    when: "env.py puts the version table elsewhere",
    env: `connection.execute("create schema if not exists meta"); context.configure(connection=connection, version_table="versions", version_table_schema="meta")`,
    files: { a: 'revision = "a1"; down_revision = None', b: 'revision = "a2"; down_revision = "a1"' },
    recorded: ["a2"],
    table: "meta.versions",
  },
  {
    when: "branches are kept apart by labels, and one depends on the head of another",
    env: "context.configure(connection=connection)",
    files: {
      a: 'revision = "a"\ndown_revision = None\nbranch_labels = ("shop",)',
      u: 'revision = "u"\ndown_revision = None\nbranch_labels = ("users",)\ndepends_on = ("shop",)',
      w: 'revision = "w"\ndown_revision = None\nbranch_labels = ("web",)',
    },
    recorded: ["u", "w"],
    table: "alembic_version",
  },
] as const;

const installed = REAL_TOOLS.some((tool) => tool.name === "alembic" && isInstalled(tool));

test.runIf(installed).each(CASES)(
  "the version table of Alembic is compared where $when",
  async ({ env: configure, files, recorded, table }) => {
    const url = await newDatabase("alembic");
    const scripts = Object.fromEntries(Object.entries(files).map(([name, text]) => [`mig/versions/${name}.py`, migration(text)]));
    await withFiles({ "alembic.ini": ini, "mig/env.py": env(configure), ...scripts }, async (repository) => {
      const project = await requireTool("alembic", repository);
      const gap = () =>
        withSession(url, async (session) => {
          const found = await readVersionTable(session, project.versionTable);
          return { found: found?.toSorted(), gap: found && versionTableGap(project, found) };
        });
      expect(await gap()).toEqual({ found: undefined, gap: undefined });
      await run("sh", ["-c", project.command], { cwd: repository.directory, env: { PATH: toolPath(), DATABASE_URL: url } });
      expect(await gap()).toEqual({ found: recorded, gap: undefined });

      await withSession(url, (session) => session.query(`insert into ${table} values ('stray')`));
      expect((await gap()).gap).toEqual({ missing: [], leftOut: [], unexpected: ["stray"] });
    });
  },
);
