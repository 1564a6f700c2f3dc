import { createHash, randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Env } from "../environment.ts";
import { makeFolders } from "../make-folders.ts";
import { recordFolder } from "../process/cache-folder.ts";
import type { KnownNames } from "../providers/neon/options.ts";
import { readText } from "../read-file.ts";

const MOST_BYTES = 4096;

/**
 * The names of the database and the role of a Neon project, as the last command on this machine has found them. They are a guess,
 * which the server confirms, and save the calls that list them. Without the file, or with a wrong one, nothing but calls is lost.
 */
export function neonNames(env: Env, project: string): KnownNames {
  const folder = recordFolder(env, process.getuid?.(), "neon-names");
  const hash = createHash("sha256").update(project).digest("hex").slice(0, 32);
  const path = folder && join(folder, `${hash}.json`);
  return {
    async read() {
      const text = path === undefined ? undefined : await readText(path, MOST_BYTES).catch(() => undefined);
      const { project: of, database, role } = (parseJson(text ?? "") ?? {}) as Readonly<Record<string, unknown>>;
      return of === project && isName(database) && isName(role) ? { database, role } : undefined;
    },
    async write({ database, role }) {
      if (path === undefined) return;
      const own = `${path}.${randomUUID()}`;
      try {
        await makeFolders(join(path, ".."));
        await writeFile(own, JSON.stringify({ project, database, role }), { flag: "wx", mode: 0o600 });
        await rename(own, path);
      } catch {
        await rm(own, { force: true }).catch(() => {});
      }
    },
  };
}

/** A name in Postgres has at most 63 bytes. */
function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= 63;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
