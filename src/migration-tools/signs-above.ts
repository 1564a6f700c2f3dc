import { relative, resolve, sep } from "node:path";
import { isOffshootError } from "../errors.ts";
import { detectBelow, detectInWorkspace, detectTools } from "./detect.ts";
import { checkoutAbove, type Repository, repositoryIn } from "./repository.ts";
import type { Sign } from "./signs-below.ts";
import { workspaceFolders } from "./workspaces.ts";

/** Outside of a checkout, a workspace is searched in this many folders above. */
const MOST_LEVELS = 4;

/**
 * The tools of the checkout or the workspace around a folder that has no migrations itself. The tests of `packages/web` often need
 * the database that `packages/db` migrates, and would run on an empty one.
 */
export async function signsAbove(directory: string): Promise<readonly Sign[]> {
  const own = resolve(directory);
  for (const above of await foldersAbove(own)) {
    const found = await toolsIn(repositoryIn(above));
    const others = found.map(({ tool, folder }) => ({ tool, path: resolve(above, folder) })).filter(({ path }) => path !== own);
    if (others.length > 0) {
      return others.map(({ tool, path }) => {
        const folder = relative(own, path).split(sep).join("/");
        return { text: `${tool} in ${folder}`, setting: `migrations.directory to ${folder} in offshoot.yaml` };
      });
    }
  }
  return [];
}

/** From the nearest one on. */
async function foldersAbove(directory: string): Promise<readonly string[]> {
  const inCheckout = await checkoutAbove(directory);
  if (inCheckout !== undefined) return inCheckout.slice(1);
  for (let level = 1; level <= MOST_LEVELS; level += 1) {
    const above = resolve(directory, ...Array.from({ length: level }, () => ".."));
    const below = `${relative(above, directory).split(sep).join("/")}/`;
    // A package of the workspace, or a folder in one.
    if ((await workspaceFolders(repositoryIn(above))).some((folder) => below.startsWith(`${folder}/`))) return [above];
  }
  return [];
}

/** One that cannot be read, or is in doubt, is skipped: the folder above belongs to other work. */
async function toolsIn(repository: Repository): Promise<readonly { readonly tool: string; readonly folder: string }[]> {
  try {
    const here = (await detectTools(repository)).map(({ tool }) => ({ tool, folder: "." }));
    const packages = (await detectInWorkspace(repository)).map(({ folder, project }) => ({ folder, tool: project.tool }));
    return here.length + packages.length > 0 ? [...here, ...packages] : await detectBelow(repository);
  } catch (thrown) {
    if (isOffshootError(thrown)) return [];
    throw thrown;
  }
}
