import { basename } from "node:path";
import { inOrder, stem } from "./revisions.ts";
import { posixWord } from "../shell-command.ts";
import type { Repository } from "./repository.ts";
import type { StepCommands, Revision, Tool } from "./tool.ts";

interface Location {
  readonly evidence: string;
  readonly scripts: string;
  readonly versions: readonly string[];
}

/** Alembic. `env.py` must read its URL from `DATABASE_URL`. Documentation: alembic.sqlalchemy.org, "Tutorial" and "Working with Branches". */
export const alembic: Tool = {
  name: "alembic",
  expects: "alembic.ini, or [tool.alembic] in pyproject.toml",
  async find(repository, folder) {
    const location = await locationOf(repository, folder);
    if (location === undefined) return undefined;
    const { evidence, scripts, versions } = location;
    const outside = versions.filter((version) => !version.startsWith(`${scripts}/`));
    return {
      tool: "alembic",
      evidence,
      command: "alembic upgrade head",
      files: [evidence, ...[scripts, ...outside].map((each) => `${each}/**/*.py`)],
      versionTable: {
        tables: ["public.alembic_version"],
        name: "alembic_version",
        query: (table) => `select version_num as id from ${table}`,
        holds: "heads",
      },
      revisions: inOrder(await revisionsIn(repository, versions)),
      stepCommands,
    };
  },
};

async function locationOf(repository: Repository, folder: string | undefined): Promise<Location | undefined> {
  const ini = await repository.read("alembic.ini");
  const toml = ini === undefined ? await repository.read("pyproject.toml") : undefined;
  const section = ini ?? /^\[tool\.alembic\]\n([^]*?)(?=^\[|(?![^]))/m.exec(toml ?? "")?.[1];
  if (section === undefined) return undefined;
  const scripts = folder ?? plain(setting(section, "script_location") ?? "alembic");
  const named = setting(section, "version_locations");
  const versions =
    named === undefined
      ? [`${scripts}/versions`]
      : named
          .split(splitsAtColons(section) ? /[\s,;:"'[\]]+/ : /[\s,;"'[\]]+/)
          .filter(Boolean)
          .map(plain);
  return { evidence: ini === undefined ? "pyproject.toml" : "alembic.ini", scripts, versions };
}

/** The value of a setting. It can continue on indented lines, or be a TOML array over several lines. */
function setting(text: string, key: string): string | undefined {
  const value = new RegExp(`^${key}[ \\t]*=[ \\t]*(\\[[^\\]]*\\]|.*(?:\\n[ \\t]+\\S.*)*)`, "m").exec(text)?.[1];
  return value?.trim().replace(/^["']|["']$/g, "");
}

/** Whether colons separate the paths. Not the default, because `package:folder` also contains a colon. */
function splitsAtColons(section: string): boolean {
  const separator = setting(section, "path_separator") ?? setting(section, "version_path_separator");
  return separator === "os" || separator === ":";
}

/** A path relative to the configuration file. `package:folder` is a folder of a Python package. */
function plain(location: string): string {
  const path = location
    .replace(/^%\(here\)s\//, "")
    .replace(/^\.\//, "")
    .replace(/\/+$/, "");
  const [, name, within] = /^([\w.]+):(.+)$/.exec(path) ?? [];
  return name === undefined ? path : `${name.replaceAll(".", "/")}/${within}`;
}

async function revisionsIn(repository: Repository, folders: readonly string[]): Promise<readonly Revision[]> {
  const files = (await Promise.all(folders.map((folder) => repository.list(folder)))).flat().filter((file) => file.endsWith(".py"));
  const texts = await Promise.all(files.map(async (file) => [file, (await repository.read(file)) ?? ""] as const));
  return texts.flatMap(([file, text]) => {
    const id = assigned(text, "revision").at(0);
    return id === undefined ? [] : [{ id, name: stem(basename(file)), dependsOn: assigned(text, "down_revision") }];
  });
}

/** The strings that a Python module assigns to a name: one string, a tuple of strings, or none. */
function assigned(text: string, name: string): readonly string[] {
  const value = new RegExp(`^${name}[ \\t]*(?::[^=\\n]+)?=[ \\t]*(\\([^)]*\\)|\\[[^\\]]*\\]|[^\\n#]+)`, "m").exec(text)?.[1] ?? "";
  return [...value.matchAll(/(["'])(.+?)\1/g)].map((match) => match[2] ?? "");
}

const stepCommands: StepCommands = {
  up: (_applied, next) =>
    next
      .map(({ id }) => `alembic upgrade ${posixWord(id)}`)
      .slice(isChain(next) ? -1 : 0)
      .join(" && "),
  // `X@Y` rolls back to Y only on the branch of X. Other revisions that come after Y are kept.
  down: (applied) => {
    const { id = "", dependsOn } = applied.at(-1) ?? { dependsOn: [] };
    return `alembic downgrade ${posixWord(`${id}@${dependsOn[0] ?? "base"}`)}`;
  },
  irreversible: /NotImplementedError|RuntimeError: .*(downgrade|irreversible)/i,
};

/** Whether an upgrade to the last revision applies all of them. */
function isChain(revisions: readonly Revision[]): boolean {
  return revisions.every(({ dependsOn }, at) => at === 0 || dependsOn.includes(revisions[at - 1]?.id ?? ""));
}
