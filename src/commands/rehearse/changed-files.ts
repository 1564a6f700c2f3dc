import { createHash } from "node:crypto";
import type { MigrationText } from "../../context/migration-texts.ts";
import { fileOfMigration } from "../../rehearsal/sql/file-of-migration.ts";
import type { AppliedBefore } from "./applied-before.ts";

/** Names in the note. */
const MOST_NAMES = 5;

/**
 * The names of the applied migrations whose files have another content than the database has recorded. Empty where the tool does
 * not record contents.
 */
export function changedSince(
  { done, contents }: Pick<AppliedBefore, "done" | "contents">,
  files: readonly MigrationText[],
): readonly string[] {
  const current = new Set(files.map(({ text }) => contentOf(text)));
  // A deleted file has no text to compare, and a migration of an earlier version of offshoot has no record.
  const recorded = new Set(contents);
  const most = contents.filter((content) => !current.has(content)).length;
  return done
    .flatMap(({ id, name }) => {
      const path = fileOfMigration(name, files) ?? fileOfMigration(id, files);
      const text = files.find((file) => file.path === path)?.text;
      return text === undefined || text === "" || text.includes("\uFFFD") || recorded.has(contentOf(text)) ? [] : [name];
    })
    .slice(0, most);
}

/** The sentence about them, if there are any. */
export function changedNote(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const more = names.length - MOST_NAMES;
  const shown = `${names.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  const [were, their, they] = names.length === 1 ? ["was", "its", "it"] : ["were", "their", "they"];
  return [
    `${shown} ${were} changed after ${they} ran in the database of the copy, so the copy has what ${their} earlier text made. A new database can have other figures.`,
  ];
}

function contentOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
