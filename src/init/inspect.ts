import type { Repository } from "../migration-tools/repository.ts";
import { type RepositoryFacts, LOCK_FILES, PYTHON_PACKAGE_FILES, INSPECTED_FILES } from "./repository-facts.ts";
import { CI_SERVICES } from "./services/registry.ts";

/**
 * Reads the files that show how a project and its migrations are installed and tested. `upwards` are the folders from the
 * project to the root of the checkout. In a workspace, one of them contains the lock file.
 */
export async function inspectProject(
  upwards: readonly Repository[],
  migrations: RepositoryFacts["migrations"],
): Promise<Pick<RepositoryFacts, "texts" | "up">> {
  const [here] = upwards;
  const directory = migrations.from === "tool" ? migrations.directory : undefined;
  const below = directory === undefined ? [] : PYTHON_PACKAGE_FILES.map((file) => `${directory}/${file}`);
  const texts = here === undefined ? {} : await textsOf(here, [...INSPECTED_FILES, ...below]);
  for (const [steps, folder] of upwards.entries()) {
    const locks = await textsOf(folder, LOCK_FILES);
    if (Object.keys(locks).length > 0) return { texts: { ...texts, ...locks }, up: "../".repeat(steps) };
  }
  return { texts, up: "" };
}

/** Reads the pipeline files of all CI services. */
export async function inspectPipelines(top: Repository): Promise<RepositoryFacts["pipelines"]> {
  const known = Object.values(CI_SERVICES).flatMap(({ file, others }) => [file, ...others]);
  const listed = await Promise.all(known.map((path) => top.list(path)));
  const files = [...known, ...listed.flat().filter((path) => /\.ya?ml$/.test(path))];
  return textsOf(top, [...new Set(files)]);
}

async function textsOf(repository: Repository, paths: readonly string[]): Promise<Record<string, string>> {
  const texts = await Promise.all(paths.map(async (path) => [path, await repository.read(path)] as const));
  return Object.fromEntries(texts.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}
