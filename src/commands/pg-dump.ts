import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../context/context.ts";
import { installedPostgres } from "../providers/local/cluster/binaries.ts";

/**
 * A program of a Postgres installation for a server of this major version: the oldest suitable one, because a newer one can
 * write statements that an older server does not know. Undefined if none is installed.
 */
export async function findDumpProgram(name: "pg_dump" | "pg_restore", major: number, { env }: Context): Promise<string | undefined> {
  const found = await installedPostgres({ env, platform: process.platform, arch: process.arch, roots: [] });
  const suitable = found.filter((program) => program.major >= major).toSorted((one, other) => one.major - other.major);
  for (const { bin } of suitable) {
    const program = join(bin, process.platform === "win32" ? `${name}.exe` : name);
    const exists = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (exists) return program;
  }
  return undefined;
}
