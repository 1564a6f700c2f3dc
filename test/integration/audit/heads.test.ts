import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { audit, type AuditResult } from "../../../src/commands/audit.ts";
import { AUDIT } from "../../../src/audit/source.ts";
import { messageFor } from "../../../src/findings/kind.ts";
import { withSession } from "../../support/session.ts";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { repositoryIn } from "../../../src/migration-tools/repository.ts";
import type { Project } from "../../../src/migration-tools/tool.ts";
import { variablesOfUrl } from "../../../src/providers/variables.ts";
import { isInstalled, REAL_TOOLS, toolPath, withTool } from "../../support/tools.ts";
import { newDatabase } from "../../support/new-database.ts";

const run = promisify(execFile);

/** A project, its own database, and the audit of the database with the project. */
interface Scene {
  readonly directory: string;
  readonly url: string;
  readonly project: Project;
  /** Runs a command of the tool in a shell. */
  readonly line: (text: string | undefined) => Promise<void>;
  /** The codes and problems that the spec `migrations: heads` finds. */
  readonly problems: (as?: string, settings?: Readonly<Record<string, string>>) => Promise<readonly unknown[]>;
}

async function withScene(name: string, use: (scene: Scene) => Promise<void>): Promise<void> {
  const url = await newDatabase("heads");
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
      async problems(as = url, settings = { "migrations.tool": name }) {
        const options = { cwd: directory, env: { TARGET: as }, settings: { run: "heads", ...settings } };
        const { findings }: AuditResult = await audit({ ...options, url: "TARGET", spec: "heads.yaml" });
        return findings.filter(({ at }) => at !== undefined).map((finding) => [finding.code, messageFor(finding, AUDIT).problem]);
      },
    });
  });
}

const NAMES = ["alembic", "node-pg-migrate", "sql", "knex", "django"];

for (const tool of REAL_TOOLS.filter(({ name }) => NAMES.includes(name)).filter(isInstalled)) {
  test(
    `the heads of ${tool.name}: no finding at the head, and one finding with both versions when one migration is missing`,
    { tags: "proof" },
    async () => {
      await withScene(tool.name, async ({ project, line, problems }) => {
        const { stepCommands: moves, revisions } = project;
        const [behind, head] = revisions.slice(-2).map(({ id, name }) => (name.includes(id) ? name : `${id} (${name})`));
        // One start of Knex can only apply all migrations, or the next one.
        const before = revisions.slice(0, -1);
        const up = moves?.up([], before);
        await line(tool.name === "knex" ? before.map(() => up?.replace("migrate:latest", "migrate:up")).join(" && ") : up);
        expect(await problems()).toEqual([
          ["heads-different", `the database is at ${behind}, but the ${tool.name} migrations in the repository are at ${head}`],
        ]);
        await line(moves?.up(revisions.slice(0, -1), revisions.slice(-1)));
        expect(await problems()).toEqual([]);
      });
    },
  );
}

const alembic = REAL_TOOLS.find(({ name }) => name === "alembic");

describe.runIf(alembic !== undefined && isInstalled(alembic))("alembic", () => {
  test("names several heads of the repository", async () => {
    await withScene("alembic", async ({ directory, project, line, problems }) => {
      await line(project.command);
      const [folder = ""] = (await repositoryIn(directory).walk(".")).filter((file) => file.endsWith(".py") && file.includes("versions"));
      await writeFile(
        join(directory, folder, "../r3b_other.py"),
        'revision = "r3b"\ndown_revision = "r2"\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n',
      );
      expect(await problems()).toEqual([
        [
          "heads-different",
          expect.stringMatching(/^the alembic migrations in the repository have several heads: r3b_other, r3 \(titles\)$/),
        ],
      ]);
    });
  });

  test("names a version from another branch of the code", async () => {
    await withScene("alembic", async ({ url, project, line, problems }) => {
      await line(project.command);
      await withSession(url, (session) => session.query("update alembic_version set version_num = 'feedbeef'"));
      expect(await problems()).toEqual([["heads-different", expect.stringContaining("the database is at feedbeef, ")]]);
    });
  });

  test("with two rows, as two migrations at the same time leave them, is not at the head", async () => {
    await withScene("alembic", async ({ url, project, line, problems }) => {
      await line(project.command);
      await withSession(url, (session) => session.query("insert into alembic_version values ('r2')"));
      expect(await problems()).toMatchObject([
        ["heads-different", expect.stringMatching(/^the database is at .*r3.*, .*r2.*, but the alembic/)],
      ]);
    });
  });
});

test("versions are unreadable without a version table, without permission, and without a migration tool in the repository", async () => {
  await withScene("sql", async ({ url, directory, line, project, problems }) => {
    expect(await problems()).toEqual([["version-unreadable", expect.stringContaining("could not be read: no such table")]]);
    await line(project.command);
    await withSession(url, (session) => session.query("create role heads_reader login password 'test'"));
    const reader = new URL(url);
    [reader.username, reader.password] = ["heads_reader", "test"];
    expect(await problems(reader.href)).toEqual([["version-unreadable", expect.stringContaining("permission denied")]]);
    await rm(join(directory, "migrations"), { recursive: true });
    expect(await problems(url, {})).toEqual([["version-unreadable", expect.stringContaining("the heads of the repository are not known")]]);
  });
});
