import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../../errors.ts";
import { installedPostgres } from "../../providers/local/cluster/installed.ts";
import type { Context } from "../../context/context.ts";
import { variablesOfUrl } from "../../providers/variables.ts";

const run = promisify(execFile);

/** A schema of 10,000 tables is about 20 MB as text. */
const MOST_BYTES = 512 * 1024 * 1024;

/** The schema of a database as `pg_dump -s` writes it, or why there is none: it refuses a server newer than itself. */
export async function dump(url: string, major: number, context: Context): Promise<{ readonly sql: string } | { readonly unfit: string }> {
  const program = await dumper(major, context);
  if (program === undefined) return { unfit: `no pg_dump of PostgreSQL ${major} or newer is installed` };
  try {
    const { stdout } = await run(program, ["--schema-only", "--no-owner", "--exclude-schema=offshoot"], {
      env: { ...process.env, ...variablesOfUrl(url) },
      signal: context.signal,
      maxBuffer: MOST_BYTES,
    });
    // Newer ones wrap the script in two commands for psql alone.
    return { sql: stdout.replaceAll(/^\\(?:un)?restrict .*$/gm, "") };
  } catch (thrown) {
    return { unfit: `pg_dump failed: ${messageOf(thrown)}` };
  }
}

/** The oldest program that will do: a newer one may write what an older server doesn't know. */
async function dumper(major: number, { env }: Context): Promise<string | undefined> {
  const found = await installedPostgres({ env, platform: process.platform, arch: process.arch, roots: [] });
  const fitting = found.filter((program) => program.major >= major).toSorted((one, other) => one.major - other.major);
  for (const { bin } of fitting) {
    const program = join(bin, process.platform === "win32" ? "pg_dump.exe" : "pg_dump");
    const isThere = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return program;
  }
  return undefined;
}
