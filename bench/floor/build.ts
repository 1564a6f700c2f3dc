import { join } from "node:path";
import { build } from "esbuild";
import { lazyBuiltins, noCloudflare, nodeCrypto } from "../../test/support/package/plugins.ts";

/** Bundles `sessions.ts` into the folder, with the driver as in the package. Returns the path of the file. */
export async function buildFloor(folder: string): Promise<string> {
  const outfile = join(folder, "sessions.cjs");
  await build({
    entryPoints: [join(import.meta.dirname, "sessions.ts")],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node20.19",
    external: ["pg-native"],
    plugins: [lazyBuiltins, noCloudflare, nodeCrypto],
    logLevel: "warning",
  });
  return outfile;
}
