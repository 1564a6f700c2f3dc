import { join } from "node:path";
import { OffshootError } from "../errors.ts";
import { TOOLS } from "./registry.ts";
import { type Repository, repositoryIn } from "./repository.ts";
import { sql } from "./sql.ts";
import type { Project } from "./tool.ts";

/**
 * Every tool whose project is here. Plain SQL files count only where no tool claims them: many tools keep their
 * migrations in such a folder.
 */
export async function detectTools(repository: Repository, folder?: string): Promise<readonly Project[]> {
  const found = await Promise.all(TOOLS.filter((tool) => tool !== sql).map((tool) => tool.find(repository, folder)));
  const projects = found.filter((project) => project !== undefined);
  if (projects.length > 0) return projects;
  const plain = await sql.find(repository, folder);
  return plain === undefined ? [] : [plain];
}

/** A project in a folder right below, where a larger repository keeps its backend. */
export interface ProjectBelow extends Pick<Project, "tool" | "evidence"> {
  readonly folder: string;
}

/** Every tool whose project is in one of the folders right below. */
export async function detectBelow(repository: Repository): Promise<readonly ProjectBelow[]> {
  const found = await Promise.all(
    (await repository.folders()).map(async (folder) => {
      const projects = await detectTools(repositoryIn(join(repository.directory, folder)));
      return projects.map(({ tool, evidence }) => ({ folder, tool, evidence: `${folder}/${evidence}` }));
    }),
  );
  return found.flat();
}

/** The one tool whose project is here, or undefined. Throws `TOOL_AMBIGUOUS` naming all where there are several. */
export async function detectTool(repository: Repository, folder?: string): Promise<Project | undefined> {
  const projects = await detectTools(repository, folder);
  if (projects.length < 2) return projects[0];
  const told = projects.map(({ tool, evidence }) => `${tool} (${evidence})`).join(" and ");
  throw new OffshootError("TOOL_AMBIGUOUS", `Several migration tools are used here: ${told}.`, {
    meaning: `Which of them migrates can't be told in ${repository.directory}.`,
    remedy: `Set migrations.tool to one of ${projects.map(({ tool }) => tool).join(", ")}, or to none, or set migrations.command.`,
  });
}

/** The project of the tool that was named. Throws `TOOL_UNSUITABLE` when the repository has none. */
export async function requireTool(name: string, repository: Repository, folder?: string): Promise<Project> {
  const tool = TOOLS.find((known) => known.name === name);
  const project = await tool?.find(repository, folder);
  if (project !== undefined) return project;
  throw new OffshootError("TOOL_UNSUITABLE", `No migrations of ${name} were found in ${repository.directory}.`, {
    meaning: `Expected ${tool?.expects ?? `one of the tools ${TOOLS.map((known) => known.name).join(", ")}`}.`,
    remedy: "Set migrations.directory to where the tool runs, migrations.folder to where its files stand, or migrations.command instead.",
  });
}
