// @module-tag proof
import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { withSession } from "../../support/session.ts";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import type { Revision } from "../../../src/migration-tools/tool.ts";
import { readVersionTable } from "../../../src/migration-tools/version-table.ts";
import { repositoryIn } from "../../../src/migration-tools/repository.ts";
import { variablesOfUrl } from "../../../src/providers/variables.ts";
import { isInstalled, REAL_TOOLS, toolPath, withTool } from "../../support/tools.ts";
import { newDatabase } from "../../support/new-database.ts";

const run = promisify(execFile);

/** These tools cannot stop at a given revision, or cannot roll back. */
const WITHOUT_STEPS: readonly string[] = ["drizzle", "graphile-migrate", "payload", "supabase"];

for (const tool of REAL_TOOLS.filter(({ name }) => !WITHOUT_STEPS.includes(name)).filter(isInstalled)) {
  test(`${tool.name} migrates to any revision, and rolls back one by one to an empty database`, async () => {
    const url = await newDatabase("steps");
    await withTool(tool.name, async (directory) => {
      const { stepCommands, revisions, versionTable, env } = await requireTool(tool.name, repositoryIn(directory));
      const PATH = [join(directory, "node_modules", ".bin"), toolPath()].join(delimiter);
      /** Runs a command, and returns the tables and the index of the revisions that the database then contains. */
      const made = async (line: string | undefined): Promise<unknown> => {
        await run("sh", ["-c", line ?? "exit 3"], { cwd: directory, env: { ...process.env, ...variablesOfUrl(url), PATH, ...env?.(url) } });
        return withSession(url, (session) =>
          session.query("select relname from pg_class where relname in ('authors', 'books', 'books_by_title') order by 1"),
        );
      };
      /** Applies revisions as `rollback-check` does: the table of a tool that cannot stop records the later ones meanwhile. */
      const applied = async (before: readonly Revision[], next: readonly Revision[]): Promise<unknown> => {
        const later = revisions.slice(before.length + next.length);
        const hidden = later.length === 0 ? undefined : stepCommands?.leaveOut?.(later);
        if (hidden !== undefined) await withSession(url, (session) => session.query(hidden.before));
        const now = await made(stepCommands?.up(before, next));
        if (hidden !== undefined) await withSession(url, (session) => session.query(hidden.after));
        return now;
      };
      const [first, second, third] = revisions;
      if (first === undefined || second === undefined || third === undefined) throw new Error("three revisions are expected");

      const authors = { relname: "authors" };
      const books = { relname: "books" };
      const index = { relname: "books_by_title" };
      expect(await applied([], [first])).toEqual([authors]);
      expect(await applied([first], [second, third])).toEqual([authors, books, index]);
      expect(await made(stepCommands?.down([first, second, third]))).toEqual([authors, books]);
      expect(await made(stepCommands?.down([first, second]))).toEqual([authors]);
      expect(await made(stepCommands?.down([first]))).toEqual([]);
      expect(await withSession(url, (session) => readVersionTable(session, versionTable))).toEqual([]);
    });
  });
}
