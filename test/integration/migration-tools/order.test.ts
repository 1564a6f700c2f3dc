// @module-tag proof
import { execFile } from "node:child_process";
import { symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { readVersionTable, versionTableGap } from "../../../src/migration-tools/version-table.ts";
import { variablesOfUrl } from "../../../src/providers/variables.ts";
import { newDatabase } from "../../support/new-database.ts";
import { PEER_PACKAGES } from "../../support/peers.ts";
import { withSession } from "../../support/session.ts";
import { isInstalled, REAL_TOOLS, toolPath, withFiles } from "../../support/tools.ts";

const run = promisify(execFile);

/** Migrations in an order that the bytes of their names do not show, or that only the tool's settings show. */
const PROJECTS: Readonly<Record<string, { readonly files: Readonly<Record<string, string>>; readonly order: readonly string[] }>> = {
  "db-migrate": {
    files: {
      "package.json": '{"devDependencies":{"db-migrate":"*"}}',
      "database.json": '{"dev":{"driver":"pg"}}',
      ...named(
        ["migrations/20240101000000-a.js", "migrations/20240101000000-B.js", "migrations/20230101000000-c.js"],
        "exports.up = async () => {}; exports.down = exports.up;",
      ),
    },
    order: ["/20230101000000-c", "/20240101000000-B", "/20240101000000-a"],
  },
  dbmate: {
    files: named(
      ["db/migrations/10_a.sql", "db/migrations/9_b.sql", "db/migrations/09_c.sql"],
      "-- migrate:up\nselect 1;\n-- migrate:down\n",
    ),
    order: ["09", "10", "9"],
  },
  knex: {
    files: {
      "knexfile.js":
        'module.exports = { client: "pg", connection: process.env.DATABASE_URL, migrations: { tableName: "schema_log", schemaName: "meta", directory: "./db" } };',
      ...named(["db/10_a.js", "db/9_b.js", "db/9_B.js"], "exports.up = async () => {}; exports.down = exports.up;"),
      "db/11_ignored.mjs": "",
    },
    order: ["10_a.js", "9_B.js", "9_b.js"],
  },
  "node-pg-migrate": {
    files: {
      "package.json": '{"devDependencies":{"node-pg-migrate":"*"}}',
      ...named(
        ["10_a", "9_b", "9-c", "1700000000000_ms", "20200101000000000_utc", "20240101000000_digits"].map(
          (name) => `migrations/${name}.sql`,
        ),
        "select 1;",
      ),
    },
    order: ["9_b", "9-c", "10_a", "20200101000000000_utc", "1700000000000_ms", "20240101000000_digits"],
  },
};

function named(paths: readonly string[], text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(paths.map((path) => [path, text]));
}

for (const tool of REAL_TOOLS.filter(({ name }) => PROJECTS[name] !== undefined).filter(isInstalled)) {
  test(`${tool.name} applies migrations in the order in which offshoot lists them`, async () => {
    const url = await newDatabase("order");
    if (tool.name === "knex") await withSession(url, (session) => session.query("create schema meta"));
    const { files, order } = PROJECTS[tool.name] ?? { files: {}, order: [] };
    await withFiles(files, async (repository) => {
      await symlink(PEER_PACKAGES, join(repository.directory, "node_modules"));
      const project = await requireTool(tool.name, repository);
      expect(project.revisions.map(({ id }) => id)).toEqual(order);
      const PATH = [join(PEER_PACKAGES, ".bin"), toolPath()].join(delimiter);
      const env = { ...variablesOfUrl(url), PATH, ...project.env?.(url) };
      await run("sh", ["-c", project.command], { cwd: repository.directory, env });
      const recorded = await withSession(url, (session) => readVersionTable(session, project.versionTable));
      expect(recorded).toEqual(order);
      expect(versionTableGap(project, recorded ?? [])).toBeUndefined();
    });
  });
}
