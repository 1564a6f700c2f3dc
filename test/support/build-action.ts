/**
 * Bundles the GitHub Action: `tsx test/support/build-action.ts [FOLDER]`, default `dist-action`. Only the commits of the
 * releases contain this folder, not the commits of the main branch.
 */
import { readdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { bundle, ROOT } from "./package/bundle.ts";
import { licenceTexts, packagesOf } from "./package/licences.ts";

/** The runner starts this file after the job. It is a separate file because no variable shows reliably which of the two steps runs. */
const POST = 'process.argv[2] = "post";\nrequire("./main.cjs");\n';

/** Writes `index.js` and `post.js`, the code that both start, its chunks, the programs and `licenses.txt` into a folder. */
export async function buildAction(folder: string): Promise<void> {
  const files = await bundle({ folder, entries: { main: "action/main" } });
  const maps = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".map"));
  await Promise.all(maps.map((path) => rm(join(folder, path))));
  await writeFile(join(folder, "index.js"), 'require("./main.cjs");\n');
  await writeFile(join(folder, "post.js"), POST);
  await writeFile(join(folder, "package.json"), '{ "type": "commonjs" }\n');
  await writeFile(join(folder, "licenses.txt"), await licenceTexts(await packagesOf(files)));
}

if (process.argv[1] === import.meta.filename) await buildAction(resolve(process.argv[2] ?? join(ROOT, "dist-action")));
