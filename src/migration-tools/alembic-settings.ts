import { posix } from "node:path";
import { OffshootError } from "../errors.ts";
import { identifier } from "../postgres/identifier.ts";
import { posixWord } from "../shell-command.ts";
import { flaskCommand, flaskFolder } from "./flask-migrate.ts";
import { readIni } from "./ini.ts";
import { argumentsOf } from "./python/arguments.ts";
import { readModule } from "./python/module.ts";
import type { Value } from "./python/values.ts";
import type { Repository } from "./repository.ts";

/** How a repository configures Alembic. Paths are relative to the repository. */
export interface AlembicSettings {
  /** The files that configure it, the first one as evidence. */
  readonly files: readonly [string, ...string[]];
  /** A command of the program, without the revision, such as `alembic -n shop upgrade`. */
  readonly command: (verb: "upgrade" | "downgrade") => string;
  readonly scripts: string;
  readonly versions: readonly string[];
  /** Whether the subfolders of `versions` count too. */
  readonly isRecursive: boolean;
  readonly setting: (name: string) => string | undefined;
}

const SECTION = "alembic";

/** Undefined without Alembic. Throws `TOOL_AMBIGUOUS` when several sections of alembic.ini are possible. */
export async function alembicSettings(repository: Repository, folder: string | undefined): Promise<AlembicSettings | undefined> {
  const flask = await flaskFolder(repository, folder);
  if (flask === ".") return undefined;
  // Alembic itself reads this variable where `-c` is not given.
  const given = repository.env?.["ALEMBIC_CONFIG"]?.trim();
  const usual = given === undefined || given === "" || posix.isAbsolute(given) ? "alembic.ini" : plain(given);
  const config = flask === undefined ? usual : `${flask}/alembic.ini`;
  const ini = await repository.read(config);
  const toml = tomlSection((await repository.read("pyproject.toml")) ?? "");
  const sections = readIni(ini ?? "", { here: flask ?? posix.dirname(config) });
  if (ini === undefined && toml === undefined) return undefined;
  const section = toml === undefined ? sectionOf(sections) : SECTION;
  const own = sections.get(section);
  // Alembic looks in alembic.ini first (its documentation, "Using pyproject.toml for configuration").
  const setting = (name: string): string | undefined => own?.get(name) ?? tomlSetting(toml ?? "", name);
  const located = async (path: string): Promise<string> => findPackage(repository, plain(path), setting("prepend_sys_path"));
  const scripts = folder ?? flask ?? (await located(setting("script_location") ?? "alembic"));
  const named = setting("version_locations");
  const paths = named === undefined ? [] : named.split(separatorOf(setting)).filter(Boolean);
  const files = [...(ini === undefined ? [] : [config]), ...(toml === undefined ? [] : ["pyproject.toml"])];
  const [first = config, ...others] = files;
  return {
    files: [first, ...others],
    command: flask === undefined ? alembicCommand(section) : flaskCommand(flask),
    scripts,
    versions: paths.length === 0 ? [`${scripts}/versions`] : await Promise.all(paths.map(located)),
    isRecursive: /^(?:true|1|yes|on)$/i.test(setting("recursive_version_locations") ?? ""),
    setting,
  };
}

function alembicCommand(section: string): AlembicSettings["command"] {
  return (verb) => (section === SECTION ? `alembic ${verb}` : `alembic -n ${posixWord(section)} ${verb}`);
}

/** Without `-n`, Alembic reads the section `alembic`. Other sections are for other databases. */
function sectionOf(sections: ReadonlyMap<string, ReadonlyMap<string, string>>): string {
  if (sections.get(SECTION)?.has("script_location") === true) return SECTION;
  const others = [...sections].filter(([, settings]) => settings.has("script_location")).map(([name]) => name);
  const [first = SECTION] = others;
  if (others.length <= 1) return first;
  throw new OffshootError("TOOL_AMBIGUOUS", `alembic.ini has several sections with migrations: ${others.join(", ")}.`, {
    meaning: "It is not clear which of them migrate the database. Without a section `alembic`, Alembic needs `-n` with the name of one.",
    remedy: `Set migrations.command in offshoot.yaml, such as \`${others.map((name) => `alembic -n ${name} upgrade head`).join(" && ")}\`, and migrations.files to the files of these migrations.`,
  });
}

function tomlSection(toml: string): string | undefined {
  return /^\[tool\.alembic\][ \t]*\r?\n([^]*?)(?=^\[|(?![^]))/m.exec(toml)?.[1];
}

/** The value of a key. An array can have several lines. */
function tomlSetting(text: string, key: string): string | undefined {
  const value = new RegExp(`^${key}[ \\t]*=[ \\t]*(\\[[^\\]]*\\]|"[^"\\n]*"|'[^'\\n]*'|[^#\\n]*)`, "m").exec(text)?.[1];
  return value
    ?.trim()
    .replace(/^["']|["']$/g, "")
    .replaceAll("%(here)s", ".");
}

/** Spaces, commas and lines separate paths. Colons only if configured, because `package:folder` also contains one. */
function separatorOf(setting: AlembicSettings["setting"]): RegExp {
  const separator = setting("path_separator") ?? setting("version_path_separator");
  return separator === "os" || separator === ":" ? /[\s,;:"'[\]]+/ : /[\s,;"'[\]]+/;
}

/** A path relative to the configuration file. `package:folder` is a folder of a Python package. */
function plain(location: string): string {
  const path = location.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
  const [, name, within] = /^([\w.]+):(.+)$/.exec(path) ?? [];
  return name === undefined ? path : `${name.replaceAll(".", "/")}/${within}`;
}

/** Python also finds packages in the folders of `prepend_sys_path`. */
async function findPackage(repository: Repository, path: string, sysPath = ""): Promise<string> {
  const folders = sysPath.split(/[\s,:;]+/).map((folder) => plain(folder));
  const found = await repository.first(
    path,
    ...folders.filter((folder) => folder !== "" && folder !== ".").map((folder) => `${folder}/${path}`),
  );
  return found ?? path;
}

/** The name of the version table as SQL, or why it is not known. */
export type VersionTableName =
  | { readonly table: string; readonly schema: string | undefined; readonly sql: string }
  | { readonly computed: string };

/** A setting, or why it is not known. */
type Found = string | undefined | { readonly computed: string };

/** The version table that `env.py` gives to `context.configure`. */
export async function versionTableName(repository: Repository, { scripts, setting }: AlembicSettings): Promise<VersionTableName> {
  const file = `${scripts}/env.py`;
  const text = (await repository.read(file)) ?? "";
  const { values } = readModule(text);
  const argument = (name: string): Found => {
    const found = argumentsOf(text, name, values).map((value) => passed(value, setting));
    const [first] = found;
    return found.every((each) => each !== false && each === first) ? first || undefined : { computed: `${file} computes ${name}` };
  };
  const table = argument("version_table") ?? "alembic_version";
  const schema = argument("version_table_schema");
  if (typeof table === "object") return table;
  if (typeof schema === "object") return schema;
  return { table, schema, sql: [schema, table].flatMap((name) => (name === undefined ? [] : [quoted(name)])).join(".") };
}

/** The text of an argument, which can be a setting of alembic.ini. False: it is computed. */
function passed(value: Value, setting: AlembicSettings["setting"]): string | undefined | false {
  if (value.kind === "none") return undefined;
  if (value.kind === "string") return value.text;
  const source = value.kind === "unknown" ? value.text : "";
  const [, option, fallback] = /\bget_(?:main|alembic)_option\(([\w.]+)(?:,(?:default=)?([\w.]+))?\)$/.exec(source) ?? [];
  return option !== undefined && (setting(option) ?? fallback);
}

/** Postgres folds names without quotes to lower case. SQLAlchemy quotes all others. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : identifier(name);
}
