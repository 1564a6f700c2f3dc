import { posix } from "node:path";
import { OffshootError } from "../errors.ts";
import type { Repository } from "./repository.ts";

/** Subfolders whose files are not to be applied: the other direction, old ones, data, and what belongs to tests. */
const ASIDE =
  /^(?:downs?|undo|rollbacks?|reverts?|archived?|old|squashed|meta|snapshots?|seeds?|data|verify|checks?|examples?|fixtures|tests?|docs?)$/i;

/** Throws `TOOL_UNSUITABLE` when SQL files are in subfolders of a folder of plain SQL files, which would not run. */
export async function refuseNestedSql(repository: Repository, folder: string): Promise<void> {
  const below = (await repository.walk(folder)).filter((file) => file.endsWith(".sql") && posix.dirname(file) !== posix.normalize(folder));
  const file = below.find(
    (each) =>
      !posix
        .relative(folder, posix.dirname(each))
        .split("/")
        .some((name) => ASIDE.test(name)),
  );
  if (file === undefined) return;
  throw new OffshootError("TOOL_UNSUITABLE", `${file} is in a subfolder, whose files plain SQL does not run.`, {
    meaning: `Only the files in ${folder} itself would be applied, and the database would be without the others. No migration was run.`,
    remedy: remedyFor(file, folder),
    facts: { file },
  });
}

/** Diesel and Hasura have a folder for each migration, with its two directions. */
function remedyFor(file: string, folder: string): string {
  const command = /\/(?:up|down)\.sql$/.test(file)
    ? "migrations.command in offshoot.yaml to the command of the tool that applies them, such as `diesel migration run`"
    : "migrations.command in offshoot.yaml to the command that applies all of them";
  return `Set ${command}, and migrations.files to \`${folder}/**\`. If the files in subfolders are not for this database, move them out of ${folder}, or set migrations.folder to the folder whose files are.`;
}
