import type { Repository } from "../migration-tools/repository.ts";
import { type Facts, LOCK_FILES, PYTHON, TELLING } from "./facts.ts";
import { TEMPLATES } from "./services/registry.ts";

/**
 * Reads the files that tell how a project is set up and tested, and how the folder of its migrations is. `upwards` are the folders from the project's own to the
 * checkout's top: a workspace has its lock file in one of them.
 */
export async function lookAtProject(upwards: readonly Repository[], migrations: Facts["migrations"]): Promise<Pick<Facts, "texts" | "up">> {
  const [here] = upwards;
  const directory = migrations.from === "tool" ? migrations.directory : undefined;
  const below = directory === undefined ? [] : PYTHON.map((file) => `${directory}/${file}`);
  const telling = here === undefined ? {} : await textsOf(here, [...TELLING, ...below]);
  for (const [steps, folder] of upwards.entries()) {
    const locks = await textsOf(folder, LOCK_FILES);
    if (Object.keys(locks).length > 0) return { texts: { ...telling, ...locks }, up: "../".repeat(steps) };
  }
  return { texts: telling, up: "" };
}

/** Reads the files of every CI service that a checkout may have. */
export async function lookAtPipelines(top: Repository): Promise<Facts["pipelines"]> {
  const places = Object.values(TEMPLATES).flatMap(({ file, others }) => [file, ...others]);
  const listed = await Promise.all(places.map((place) => top.list(place)));
  const files = [...places, ...listed.flat().filter((path) => /\.ya?ml$/.test(path))];
  return textsOf(top, [...new Set(files)]);
}

async function textsOf(repository: Repository, paths: readonly string[]): Promise<Record<string, string>> {
  const texts = await Promise.all(paths.map(async (path) => [path, await repository.read(path)] as const));
  return Object.fromEntries(texts.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}
