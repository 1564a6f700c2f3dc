/** A file of the repository's migrations. */
export interface MigrationFile {
  /** As people see it, relative to the working directory. */
  readonly path: string;
  readonly text: string;
}

/** The start of a shorter name is in too many names. */
const SHORTEST = 3;

/**
 * The file of a migration, by the name that its tool gives it: the name of the file, of its folder or of the app around it, the
 * number at the start of its name, or a word in its text, such as the name of a class. Pure.
 */
export function fileOfMigration(name: string, files: readonly MigrationFile[]): string | undefined {
  if (name === "") return undefined;
  const first = (matches: (path: string) => boolean): string | undefined => files.find(({ path }) => matches(path))?.path;
  return (
    first((path) => nameOf(path) === name || stemOf(path) === name) ??
    first((path) => path.includes(`/${name}/`)) ??
    ofSeveralParts(name, first) ??
    first((path) => {
      const rest = nameOf(path).slice(name.length);
      return nameOf(path).startsWith(name) && !/^[\w-]/.test(rest.replace(/^[_.-]/, ""));
    }) ??
    first((path) => name.length >= SHORTEST && nameOf(path).startsWith(name)) ??
    onlyWith(name, files)
  );
}

/** `app.name` of Django, and `file::id::author` of Liquibase. */
function ofSeveralParts(name: string, first: (matches: (path: string) => boolean) => string | undefined): string | undefined {
  const [file = "", id] = name.split("::");
  if (id !== undefined) return first((path) => path === file || path.endsWith(`/${file}`));
  const [, app = "", own = ""] = /^([\w]+)\.(.+)$/.exec(name) ?? [];
  return app === "" ? undefined : first((path) => path.split("/").includes(app) && stemOf(path) === own);
}

/** The only file that has the name as a word. */
function onlyWith(name: string, files: readonly MigrationFile[]): string | undefined {
  if (name.length < SHORTEST) return undefined;
  const word = new RegExp(`(?<![\\w$])${name.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}(?![\\w$])`);
  const [found, other] = files.filter(({ text }) => word.test(text));
  return other === undefined ? found?.path : undefined;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function stemOf(path: string): string {
  return nameOf(path).replace(/(\.up)?\.\w+$/, "");
}
