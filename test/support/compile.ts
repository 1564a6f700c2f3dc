import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";

const ROOT = new URL("../..", import.meta.url).pathname;

/**
 * Compiles a module of the repository into one file, for processes that tests start: Node 20 cannot run TypeScript. The file is
 * below `dist`, where it finds the programs of the last build. Returns its path.
 */
export async function compile(module: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, module)],
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    write: false,
    logLevel: "warning",
  });
  const file = join(ROOT, "dist/test", basename(module).replace(/\.\w+$/, ".js"));
  await mkdir(dirname(file), { recursive: true });
  // Several test files can write it at the same time.
  const temporary = `${file}.${process.pid}.${performance.now()}`;
  await writeFile(temporary, outputFiles[0]?.contents ?? "");
  await rename(temporary, file);
  return file;
}
