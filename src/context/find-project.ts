import { resolve } from "node:path";
import type { StepSettings } from "../config/settings.ts";
import { OffshootError } from "../errors.ts";
import type { ProjectInWorkspace } from "../migration-tools/detect.ts";
import type { Repository } from "../migration-tools/repository.ts";
import type { Project } from "../migration-tools/tool.ts";
import type { Context } from "./context.ts";

/** The folder where migrations run; absolute. */
export function migrationDirectory(context: Context): string {
  return resolve(context.resolved.directory, context.settings.migrations.directory ?? ".");
}

/** A migration tool, and the folder where it runs; absolute. */
export interface LocatedProject {
  readonly project: Project;
  readonly directory: string;
}

/**
 * The project of the configured migration tool, else of the detected one: in the folder of the configuration, or in a
 * package of its workspace. Throws `TOOL_AMBIGUOUS` and `TOOL_UNSUITABLE`.
 */
export async function findProject(context: Context): Promise<LocatedProject | undefined> {
  const { tool, folder, directory: configured, steps } = context.settings.migrations;
  if (steps !== undefined) return onlyProjectOf(context, steps);
  if (tool === "none") return undefined;
  const directory = migrationDirectory(context);
  const { repositoryIn } = await import("../migration-tools/repository.ts");
  const { detectTool, findTool, hiddenInWorkspace, requireTool } = await import("../migration-tools/detect.ts");
  const repository = repositoryIn(directory, { ...context.env, ...context.settings.migrations.env });
  if (tool !== undefined) {
    const found = await findTool(tool, repository, folder);
    if (found !== undefined) return { project: found, directory };
    const inWorkspace = configured === undefined ? await findInWorkspace(repository, tool, folder) : undefined;
    return inWorkspace ?? { project: await requireTool(tool, repository, folder), directory };
  }
  const project = await detectTool(repository, folder);
  if (project !== undefined) {
    const hidden = configured === undefined && folder === undefined ? await hiddenInWorkspace(repository, project) : [];
    if (hidden.length > 0) throw severalPackages([{ folder: ".", project }, ...hidden]);
    return { project, directory };
  }
  return configured === undefined ? findInWorkspace(repository, tool, folder) : undefined;
}

async function findInWorkspace(
  repository: Repository,
  tool: string | undefined,
  folder: string | undefined,
): Promise<LocatedProject | undefined> {
  const { detectInWorkspace } = await import("../migration-tools/detect.ts");
  const all = await detectInWorkspace(repository, folder);
  const found = tool === undefined ? all : all.filter(({ project }) => project.tool === tool);
  const [first] = found;
  if (first === undefined) return undefined;
  if (found.length === 1) return { project: first.project, directory: resolve(repository.directory, first.folder) };
  throw severalPackages(found);
}

/** The error for several projects in one workspace. `.` is its top. */
export function severalPackages(found: readonly ProjectInWorkspace[]): OffshootError {
  const places = found.map(({ folder, project }) => `${project.tool} in ${folder === "." ? "the top folder" : folder}`);
  const steps = found.map(({ folder, project }) =>
    folder === "." ? `{ tool: ${project.tool} }` : `{ directory: ${folder}, tool: ${project.tool} }`,
  );
  const [first] = found;
  const one =
    first?.folder === "."
      ? `Set migrations.tool in offshoot.yaml to ${first.project.tool} for the one in the top folder, or migrations.directory to the folder of a package, such as ${found[1]?.folder ?? ""}.`
      : `Set migrations.directory in offshoot.yaml to the folder of one package, such as ${first?.folder ?? ""}.`;
  return new OffshootError("TOOL_AMBIGUOUS", `Several packages have migrations: ${places.join(" and ")}.`, {
    meaning: "It is not clear which of them migrates the database.",
    remedy: `${one} If one database needs all of them, write them as steps in their order: migrations: [${steps.join(", ")}].`,
  });
}

/** A context with the settings of one step in place of those of the only one. */
export function contextOfStep(context: Context, step: StepSettings): Context {
  const { tool, command, files, directory, folder, irreversible } = step;
  const { migrations } = context.settings;
  const env = { ...migrations.env, ...step.env };
  const own = { ...migrations, steps: undefined, tool, command, files, env, directory, folder, irreversible };
  return { ...context, settings: { ...context.settings, migrations: own } };
}

/** The context of the step with a migration tool, when exactly one of several steps has one. Otherwise the same context. */
export function contextOfOnlyTool(context: Context): Context {
  const [first, second] = toolSteps(context.settings.migrations.steps ?? []);
  return first === undefined || second !== undefined ? context : contextOfStep(context, first);
}

async function onlyProjectOf(context: Context, steps: readonly StepSettings[]): Promise<LocatedProject | undefined> {
  const [first, second] = toolSteps(steps);
  if (first === undefined) return undefined;
  if (second === undefined) return findProject(contextOfStep(context, first));
  const names = toolSteps(steps).map(({ name }) => name);
  throw new OffshootError("TOOL_AMBIGUOUS", `Several steps of the migrations have a tool: ${names.join(" and ")}.`, {
    meaning: "This needs the migrations of one tool.",
    remedy: `Choose one, for example: --set migrations.tool=${first.tool ?? first.name}, and --set migrations.directory=… if it is in another folder.`,
  });
}

function toolSteps(steps: readonly StepSettings[]): readonly StepSettings[] {
  return steps.filter(({ command }) => command === undefined);
}
