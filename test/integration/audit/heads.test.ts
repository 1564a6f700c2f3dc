import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";
import { audit, type AuditResult } from "../../../src/commands/audit.ts";
import { AUDIT } from "../../../src/audit/source.ts";
import { messageFor } from "../../../src/findings/kind.ts";
import { withSession } from "../../../src/postgres/connect.ts";
import { withDatabase } from "../../../src/postgres/url.ts";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { repositoryIn } from "../../../src/migration-tools/repository.ts";
import type { Project } from "../../../src/migration-tools/tool.ts";
import { variablesOfUrl } from "../../../src/providers/variables.ts";
import { isInstalled, REAL_TOOLS, toolPath, withTool } from "../../support/tools.ts";

const run = promisify(execFile);

/** A project, a database of its own, and the audit of one against the other. */
interface Scene {
  readonly directory: string;
  readonly url: string;
  readonly project: Project;
  /** Runs a shell line as the tool's. */
  readonly line: (text: string | undefined) => Promise<void>;
  /** What the spec `migrations: heads` finds: codes, facts and words. */
  readonly told: (as?: string, settings?: Readonly<Record<string, string>>) => Promise<readonly unknown[]>;
}

async function withScene(name: string, use: (scene: Scene) => Promise<void>): Promise<void> {
  const database = `heads_${randomUUID().replaceAll("-", "")}`;
  await withSession(inject("serverUrl"), (session) => session.query(`create database ${database}`));
  const url = withDatabase(inject("serverUrl"), database);
  await withTool(name, async (directory) => {
    const project = await requireTool(name, repositoryIn(directory));
    await writeFile(join(directory, "heads.yaml"), "version: 1\nmigrations: heads\n");
    const PATH = [join(directory, "node_modules", ".bin"), toolPath()].join(delimiter);
    const env = { ...process.env, ...variablesOfUrl(url), PATH, ...project.env?.(url) };
    await use({
      directory,
      url,
      project,
      line: async (text = "exit 3") => void (await run("sh", ["-c", text], { cwd: directory, env })),
      async told(as = url, settings = { "migrations.tool": name }) {
        const options = { cwd: directory, env: { TARGET: as }, settings: { run: "heads", ...settings } };
        const { findings }: AuditResult = await audit({ ...options, url: "TARGET", spec: "heads.yaml" });
        return findings.filter(({ at }) => at !== undefined).map((finding) => [finding.code, messageFor(finding, AUDIT).problem]);
      },
    });
  });
}

const NAMES = ["alembic", "node-pg-migrate", "sql", "knex", "django"];

for (const tool of REAL_TOOLS.filter(({ name }) => NAMES.includes(name)).filter(isInstalled)) {
  test(`the heads of ${tool.name}: clean when it is there, one finding that names both when it is one behind`, async () => {
    await withScene(tool.name, async ({ project, line, told }) => {
      const { stepCommands: moves, revisions } = project;
      const [behind, head] = revisions.slice(-2).map(({ id, name }) => (name.includes(id) ? name : `${id} (${name})`));
      await line(moves?.up([], revisions.slice(0, -1)));
      expect(await told()).toEqual([
        ["heads-different", `the database is at ${behind}, the ${tool.name} migrations of the repository are at ${head}`],
      ]);
      await line(moves?.up(revisions.slice(0, -1), revisions.slice(-1)));
      expect(await told()).toEqual([]);
    });
  });
}

const alembic = REAL_TOOLS.find(({ name }) => name === "alembic");

describe.runIf(alembic !== undefined && isInstalled(alembic))("alembic", () => {
  test("with several heads in the repository names them", async () => {
    await withScene("alembic", async ({ directory, project, line, told }) => {
      await line(project.command);
      const [folder = ""] = (await repositoryIn(directory).walk(".")).filter((file) => file.endsWith(".py") && file.includes("versions"));
      await writeFile(
        join(directory, folder, "../r3b_other.py"),
        'revision = "r3b"\ndown_revision = "r2"\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n',
      );
      expect(await told()).toEqual([
        [
          "heads-different",
          expect.stringMatching(/^the alembic migrations of the repository have several heads: r3b_other, r3 \(titles\)$/),
        ],
      ]);
    });
  });

  test("with a version of another branch of the code names it", async () => {
    await withScene("alembic", async ({ url, project, line, told }) => {
      await line(project.command);
      await withSession(url, (session) => session.query("update alembic_version set version_num = 'feedbeef'"));
      expect(await told()).toEqual([["heads-different", expect.stringContaining("the database is at feedbeef, ")]]);
    });
  });

  test("with two rows, as two migrations at once leave them, is not at the head", async () => {
    await withScene("alembic", async ({ url, project, line, told }) => {
      await line(project.command);
      await withSession(url, (session) => session.query("insert into alembic_version values ('r2')"));
      expect(await told()).toMatchObject([["heads-different", expect.stringMatching(/^the database is at .*r3.*, .*r2.*, the alembic/)]]);
    });
  });
});

test("a database that was never migrated, a version table out of reach and a repository without a tool can't be told", async () => {
  await withScene("sql", async ({ url, directory, line, project, told }) => {
    expect(await told()).toEqual([["version-unreadable", expect.stringContaining("could not be read: no such table")]]);
    await line(project.command);
    await withSession(url, (session) => session.query("create role heads_reader login password 'test'"));
    const reader = new URL(url);
    [reader.username, reader.password] = ["heads_reader", "test"];
    expect(await told(reader.href)).toEqual([["version-unreadable", expect.stringContaining("permission denied")]]);
    await rm(join(directory, "migrations"), { recursive: true });
    expect(await told(url, {})).toEqual([["version-unreadable", expect.stringContaining("the heads of the repository are not known")]]);
  });
});
