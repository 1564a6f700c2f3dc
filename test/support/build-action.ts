/**
 * Bundles the GitHub Action: `tsx test/support/build-action.ts [FOLDER]`, default `dist-action`. Only the commits of the
 * releases contain this folder, not the commits of the main branch.
 */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build, type Metafile } from "esbuild";
import type { Program } from "../../src/program.ts";

const root = new URL("../..", import.meta.url).pathname;

/** Programs that run in their own processes. They are bundled into files beside the action, where `programFile` finds them. */
const PROGRAMS = Object.keys({
  "action/lock-holder": true,
  "readiness/watchdog": true,
  "process/command-watchdog": true,
  "providers/docker/idle-reaper": true,
  "providers/local/cluster/idle-reaper": true,
  "migration-tools/apply-sql": true,
} satisfies Record<Program, true>);

/** Packages in CommonJS call `require`, which an ES module must create itself. */
const REQUIRE = 'import { createRequire as offshootRequire } from "node:module"; const require = offshootRequire(import.meta.url);';

/** The runner starts this file after the job. It is a separate file because no variable shows reliably which of the two steps runs. */
const POST = 'process.argv[2] = "post";\nawait import("./index.js");\n';

/** Writes `index.js`, `post.js`, the programs and `licenses.txt` into a folder. */
export async function buildAction(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const entries = ["action/main", ...PROGRAMS].map((entry) => ({
    in: join(root, "src", `${entry}.ts`),
    out: entry === "action/main" ? "index" : entry,
  }));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: folder,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    banner: { js: REQUIRE },
    // An optional part of pg, which is loaded only on request.
    external: ["pg-native"],
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  await writeFile(join(folder, "post.js"), POST);
  await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
  await writeFile(join(folder, "licenses.txt"), await licenses(metafile));
}

/** The licences of all bundled packages. Throws if a package has no text of its licence. */
async function licenses({ inputs }: Metafile): Promise<string> {
  const folders = new Set(Object.keys(inputs).flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  const texts = await Promise.all([...folders].toSorted().map((folder) => licenseOf(join(root, folder))));
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

async function licenseOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Record<string, string>;
  const files = await readdir(folder);
  const read = async (file: string | undefined): Promise<string | undefined> => file && readFile(join(folder, file), "utf8");
  const text = await read(files.find((file) => /^licen[cs]e/i.test(file)));
  // Some packages have the text at the end of their README.
  const end = text ?? /^(?:#+ )?licen[cs]e\b[\s\S]*/im.exec((await read(files.find((file) => /^readme/i.test(file)))) ?? "")?.[0];
  if (end === undefined) throw new Error(`${name} ${version} (${license}) has no text of its licence.`);
  return `${name} ${version} (${license})\n\n${end.trim()}\n`;
}

if (process.argv[1] === import.meta.filename) await buildAction(resolve(process.argv[2] ?? join(root, "dist-action")));
