import { relative, resolve } from "node:path";
import { MIB, readText } from "../read-file.ts";
import { filesOf } from "../readiness/fingerprint.ts";
import type { Context } from "./context.ts";
import type { Migrations } from "./migrations.ts";

/** Files of migrations in which statements are searched. */
const MOST_FILES = 5000;

export interface MigrationText {
  /** From the working directory. */
  readonly path: string;
  readonly text: string;
}

/** The texts of the migration files. A file that cannot be read has no text: it is only searched. */
export async function readMigrationTexts(context: Context, { steps }: Migrations): Promise<readonly MigrationText[]> {
  const read = steps.map(async ({ directory, project }) => {
    const patterns = [...(project?.files ?? []), ...context.settings.migrations.files];
    if (patterns.length === 0) return [];
    const paths = await filesOf({ directory, files: patterns, signal: context.signal }).catch(() => []);
    const texts = paths.slice(0, MOST_FILES).map(async (path) => {
      const text = await readText(resolve(directory, path), 4 * MIB).catch(() => undefined);
      // Also the name of a file that is too large shows which migration it is.
      return [{ path: relative(context.cwd, resolve(directory, path)), text: text ?? "" }];
    });
    return (await Promise.all(texts)).flat();
  });
  return (await Promise.all(read)).flat();
}
