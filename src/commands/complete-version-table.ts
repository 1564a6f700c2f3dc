import { codeOf, OffshootError } from "../errors.ts";
import type { Project } from "../migration-tools/tool.ts";
import { type Session, withSession } from "../postgres/connect.ts";
import { openedNoSession } from "./command-effect.ts";
import type { CommandEnd } from "../readiness/command.ts";
import type { DirectUrl } from "../postgres/url.ts";

/**
 * A tool can exit with status 0 without migrating this database: it raced another process, or used another URL. So its
 * version table is compared with the repository. Returns what could not be checked. Throws `MIGRATION_FAILED`.
 */
export async function requireCompleteVersionTable(
  project: Project,
  url: DirectUrl,
  signal: AbortSignal,
  end: CommandEnd,
): Promise<string | undefined> {
  const { hasNoTables, versionTableGap, readVersionTable } = await import("../migration-tools/version-table.ts");
  const { readVersionTableElsewhere } = await import("../migration-tools/version-table-elsewhere.ts");
  const { versionTable, revisions } = project;
  const read = async (session: Session): Promise<readonly string[] | undefined> =>
    (await readVersionTable(session, versionTable)) ?? (await readVersionTableElsewhere(session, versionTable, revisions));
  let recorded: readonly string[] | undefined;
  try {
    if (project.unchecked === undefined) recorded = await withSession(url, read, { signal });
  } catch (thrown) {
    if (codeOf(thrown) !== "NOT_OURS") throw thrown;
    return `Postgres can run code of the database when the table ${versionTable.name} is read`;
  }
  if (recorded === undefined && project.revisions.length > 0 && (await withSession(url, hasNoTables, { signal }))) {
    throw nothingApplied(project);
  }
  if (recorded === undefined && project.revisions.length > 0 && openedNoSession(end)) throw elsewhere(project);
  if (project.unchecked !== undefined) return project.unchecked;
  if (recorded === undefined) return `this database has no table ${project.versionTable.name} of ${project.tool}`;
  const gap = versionTableGap(project, recorded);
  if (gap === undefined) return project.versionTable.hides;
  const differences = [
    ...(gap.missing.length === 0 ? [] : [`${gap.missing.map((id) => nameOf(project, id)).join(", ")} missing`]),
    ...(gap.unexpected.length === 0 ? [] : [`${gap.unexpected.join(", ")} unexpected`]),
  ];
  throw new OffshootError(
    "MIGRATION_FAILED",
    `${project.tool} exited with status 0, but its version table does not match the migrations: ${differences.join("; ")}.`,
    gap.leftOut.length === 0
      ? {
          meaning: "The schema is not what the migrations of this repository create.",
          remedy: "Check that the tool migrates the database at DATABASE_URL. Then start again with an empty database.",
        }
      : {
          meaning: `${project.tool} left out ${gap.leftOut.map((id) => nameOf(project, id)).join(", ")}, and applied newer migrations. What they create is missing.`,
          remedy: "Generate the migrations that were left out again, so that they are the newest. Or start again with an empty database.",
        },
  );
}

/** The error for a tool that found no migrations, although the repository has some: it looked in another folder, or used another database. */
function nothingApplied({ tool, revisions, files }: Project): OffshootError {
  const count = revisions.length === 1 ? "one migration" : `${revisions.length} migrations`;
  return new OffshootError("MIGRATION_FAILED", `${tool} exited with status 0, but the database has no table after it.`, {
    meaning: `The repository has ${count} (${files.findLast((file) => !file.startsWith("!")) ?? ""}), and ${tool} applied none of them to this database.`,
    remedy: `Check in which folder ${tool} looks for its migrations, and that it migrates the database at DATABASE_URL. Then start again with an empty database.`,
  });
}

/** The error for a tool that opened no session here, where no version table shows what it did: it migrated another database. */
function elsewhere({ tool, versionTable }: Project): OffshootError {
  return new OffshootError("MIGRATION_FAILED", `${tool} exited with status 0, but opened no session in this database.`, {
    meaning: `This database has no table ${versionTable.name}, so nothing shows that a migration was applied to it. ${tool} used another database, or did nothing.`,
    remedy: `Let the configuration of ${tool} read its URL from DATABASE_URL or the PG* variables. If it reaches this database in another way, set migrations.fence to off.`,
  });
}

/** The name of a revision, as users know it. */
function nameOf({ revisions }: Project, id: string): string {
  return revisions.find((revision) => revision.id === id)?.name ?? id;
}
