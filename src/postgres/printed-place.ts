/** What tools print before or beside an error: the file or the name of the migration. */
const MARKS: readonly RegExp[] = [
  /^\s*Applying ([\w.]+?)\.\.\.(?!.*\bOK\b)/, // Django, which ends the line when it has applied the migration
  /^Applying migration (\S+?)\.\.\.$/, // Supabase
  /^### MIGRATION (\S+) \(UP\) ###/, // node-pg-migrate
  /^migration file "([^"]+)" failed/, // Knex
  /^Applying: (\S+)/, // dbmate
  /Running migration '([^']+)'/, // graphile-migrate
  /^== \d+ (\w+): migrating/, // Rails
  /^Migration name: (\S+)/, // Prisma
  /\b(?:Migration|Script) (\S+\.sql) failed/, // Flyway
  /\bchange ?set (\S+::\S+)/i, // Liquibase
  /\bRunning upgrade .*?-> (\S+)/, // Alembic, if its log is on
  /\b(\S+\.(?:sql|go)): failed to run/, // goose
  /^(?: \S* *)?Migrating: +(\S+)/, // Laravel 8
  /^\s+(\d{4}_\d\d_\d\d_\w+) \.+.*\bFAIL$/, // Laravel
  /^== (\d\S*): migrating =/, // Sequelize
  /\bMigration (\S+) \(up\) failed/, // Umzug, MikroORM
  /^Migration "(\w+)" failed, error:/, // TypeORM
  /\bMigration failed with error: .* @ "([^"]+)"$/, // kysely-ctl
];

/** Tools that name the migration after the error are read this far. */
const AFTER = 12;

/** A tool names the migration, and then may print what its statements return. */
const BEFORE = 2000;

/** Lines of a stack dump that are read. */
const STACK = 60;

/** Folders of programs, not of the user's migrations, and the files that start a tool. */
const NOT_OWN = /site-packages|dist-packages|node_modules|[/\\]lib[/\\]python|^<|^node:|^internal\/|(?:^|[/\\])(?:manage|env)\.py$/;

/**
 * The place of an error in the output of a tool: the frame of a stack dump in the user's own code, else the migration that
 * the tool was applying. Undefined if neither was printed.
 */
export function placeNear(lines: readonly string[], at: number): { readonly file: string; readonly line?: number } | undefined {
  return pythonFrame(lines, at) ?? nodeFrame(lines, at) ?? rubyFrame(lines, at) ?? markNear(lines, at) ?? phpFrame(lines, at);
}

/** Python prints the innermost frame last, above the error. */
function pythonFrame(lines: readonly string[], at: number): { readonly file: string; readonly line: number } | undefined {
  for (let place = at - 1; place >= Math.max(0, at - STACK); place -= 1) {
    const [, file, line] = /^\s*File "([^"]+)", line (\d+)/.exec(lines[place] ?? "") ?? [];
    if (file !== undefined && !NOT_OWN.test(file)) return { file, line: Number(line) };
    if (lines[place]?.startsWith("Traceback ")) return undefined;
  }
  return undefined;
}

/** JavaScript prints the innermost frame first, below the error. */
function nodeFrame(lines: readonly string[], at: number): { readonly file: string; readonly line: number } | undefined {
  for (const text of lines.slice(at + 1, at + STACK)) {
    const [, file, line] = /^\s*at (?:async )?(?:.*\()?(?:file:\/\/)?(\S+?):(\d+):\d+\)?/.exec(text) ?? [];
    if (file === undefined) return undefined;
    if (!NOT_OWN.test(file)) return { file, line: Number(line) };
  }
  return undefined;
}

/** Ruby prints the innermost frame first, without an indent for the frames of the user's code. */
function rubyFrame(lines: readonly string[], at: number): { readonly file: string; readonly line: number } | undefined {
  for (const text of lines.slice(at + 1, at + STACK)) {
    const [, file, line] = /^\s*(\S+\.rb):(\d+):in /.exec(text) ?? [];
    if (file === undefined) return undefined;
    if (!/[/\\]gems[/\\]/.test(file)) return { file, line: Number(line) };
  }
  return undefined;
}

/** PHP prints the innermost frame first, below the error, and the packages of Composer are in `vendor`. */
function phpFrame(lines: readonly string[], at: number): { readonly file: string; readonly line: number } | undefined {
  for (const text of lines.slice(at + 1, at + STACK)) {
    const [, file, line] = /^#\d+ (\S+\.php)\((\d+)\): /.exec(text) ?? [];
    if (file !== undefined && !/[/\\]vendor[/\\]|[/\\]share[/\\]php[/\\]/.test(file)) return { file, line: Number(line) };
    if (/^#\d+ \{main\}/.test(text)) return undefined;
  }
  return undefined;
}

/** The place of an error by the migration that the tool was applying. */
export function markNear(lines: readonly string[], at: number): { readonly file: string; readonly line?: number } | undefined {
  const isMark = (line: string): boolean => MARKS.some((mark) => mark.test(line)) && !hasEnded(line, lines);
  const before = lines.slice(Math.max(0, at - BEFORE), at + 1).findLast(isMark);
  const after = lines.slice(at + 1, at + AFTER).find(isMark);
  const marked = before ?? after;
  if (marked === undefined) return undefined;
  const file = MARKS.map((mark) => mark.exec(marked)?.[1]).find((each) => each !== undefined);
  const line = lines
    .slice(at, at + AFTER)
    .map((each) => /^Line *: (\d+)/.exec(each)?.[1])
    .find((each) => each !== undefined);
  return file === undefined ? undefined : { file: file.replace(/[.,:]+$/, ""), ...(line === undefined ? {} : { line: Number(line) }) };
}

/** Rails and Sequelize print a line for the start of a migration, and one for its end, which then is not the one that failed. */
function hasEnded(line: string, lines: readonly string[]): boolean {
  const start = /^== (?:\d+ )?(\S+): migrating\b/.exec(line)?.[1];
  return start !== undefined && lines.some((each) => /^== (?:\d+ )?(\S+): migrated\b/.exec(each)?.[1] === start);
}
