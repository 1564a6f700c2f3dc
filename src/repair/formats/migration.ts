/** A repair that becomes the next migration of a tool. */
export interface NextMigration {
  /** In order, without semicolons. */
  readonly statements: readonly string[];
  /** What the migration does, for a comment. */
  readonly about: readonly string[];
  /** The revisions that must be applied before: the newest ones. */
  readonly parents: readonly string[];
  /** The names of the files in the folder of the migrations. */
  readonly existing: readonly string[];
  readonly now: Date;
  /** Reads a file of the folder; undefined if it does not exist. */
  readonly read: (name: string) => Promise<string | undefined>;
}

/** A file of a migration. */
export interface MigrationFile {
  /** Relative to the folder of the migrations. */
  readonly name: string;
  readonly text: string;
  /** The file exists and gets a new text, such as a journal. */
  readonly replaces?: true;
}

/** How a tool's migrations are written. */
export interface MigrationFormat {
  /** The tool runs each migration in one transaction, which the migration cannot leave. */
  readonly inOneTransaction: boolean;
  /** The first file is the migration. */
  write(next: NextMigration): Promise<readonly MigrationFile[]>;
}

const NAME = "offshoot_repair";

/** A number in front of a file name: a time if the newest file has one, else the next number with as many digits. */
export function numbered({ existing, now }: NextMigration, ending: string): string {
  const numbers = existing.flatMap((file) => /^(\d+)[_-]/.exec(file)?.[1] ?? []).toSorted((a, b) => Number(BigInt(a) - BigInt(b)));
  const newest = numbers.at(-1) ?? "";
  const time = now.toISOString().replaceAll(/\D/g, "");
  const wanted =
    newest === "" || newest.length === 14
      ? time.slice(0, 14)
      : newest.length === 17
        ? time
        : newest.length === 13
          ? String(now.getTime())
          : "0";
  const next = newest === "" ? 0n : BigInt(newest) + 1n;
  const number = BigInt(wanted) > next ? BigInt(wanted) : next;
  return `${String(number).padStart(newest.length, "0")}_${NAME}${ending}`;
}

/** A string that both JavaScript and Python read, of printable characters only. One line for each line of the text. */
export function codeString(text: string, indent: string): string {
  const lines = text.split("\n").map((line, at, all) => codeLine(at < all.length - 1 ? `${line}\n` : line));
  return lines.length === 1 ? (lines[0] ?? '""') : lines.join(`\n${indent}`);
}

/** JSON is valid in both languages. What an editor would hide or reverse is escaped too. */
function codeLine(line: string): string {
  return JSON.stringify(line).replaceAll(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Comment lines. A line break in a name cannot end the comment. */
export function commentLines(mark: string, { about }: NextMigration): string {
  return about.map((line) => `${mark} ${line}`.trimEnd()).join("\n");
}
