import { basename } from "node:path";
import { inOrder, stem } from "./revisions.ts";
import { word } from "./shell.ts";
import type { Repository } from "./repository.ts";
import type { Moves, Revision, Tool } from "./tool.ts";

interface Places {
  readonly evidence: string;
  readonly scripts: string;
  readonly versions: readonly string[];
}

/** Alembic. `env.py` must take its URL from `DATABASE_URL`. Documentation: alembic.sqlalchemy.org, "Tutorial" and "Working with Branches". */
export const alembic: Tool = {
  name: "alembic",
  expects: "alembic.ini, or [tool.alembic] in pyproject.toml",
  async find(repository, folder) {
    const places = await placesOf(repository, folder);
    if (places === undefined) return undefined;
    const { evidence, scripts, versions } = places;
    const outside = versions.filter((version) => !version.startsWith(`${scripts}/`));
    return {
      tool: "alembic",
      evidence,
      command: "alembic upgrade head",
      files: [evidence, ...[scripts, ...outside].map((place) => `${place}/**/*.py`)],
      ledger: { tables: ["public.alembic_version"], query: "select version_num as id from alembic_version", holds: "heads" },
      revisions: inOrder(await revisionsIn(repository, versions)),
      moves,
    };
  },
};

async function placesOf(repository: Repository, folder: string | undefined): Promise<Places | undefined> {
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

/** A setting's value, which may go on over indented lines, or over those of a TOML array. */
function setting(text: string, key: string): string | undefined {
  const value = new RegExp(`^${key}[ \\t]*=[ \\t]*(\\[[^\\]]*\\]|.*(?:\\n[ \\t]+\\S.*)*)`, "m").exec(text)?.[1];
  return value?.trim().replace(/^["']|["']$/g, "");
}

/** Only where it is set so: `package:folder` has a colon, too. */
function splitsAtColons(section: string): boolean {
  const separator = setting(section, "path_separator") ?? setting(section, "version_path_separator");
  return separator === "os" || separator === ":";
}

/** A place relative to the configuration; `package:folder` names a folder of a Python package. */
function plain(place: string): string {
  const path = place
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
    return id === undefined ? [] : [{ id, name: stem(basename(file)), after: assigned(text, "down_revision") }];
  });
}

/** The strings that a module assigns to a name: one, several in a tuple, or none. */
function assigned(text: string, name: string): readonly string[] {
  const value = new RegExp(`^${name}[ \\t]*(?::[^=\\n]+)?=[ \\t]*(\\([^)]*\\)|\\[[^\\]]*\\]|[^\\n#]+)`, "m").exec(text)?.[1] ?? "";
  return [...value.matchAll(/(["'])(.+?)\1/g)].map((match) => match[2] ?? "");
}

const moves: Moves = {
  up: (_applied, next) =>
    next
      .map(({ id }) => `alembic upgrade ${word(id)}`)
      .slice(isChain(next) ? -1 : 0)
      .join(" && "),
  // `X@Y` goes down to Y on X's branch alone; where another revision builds upon Y too, that one stays.
  down: (applied) => {
    const { id = "", after } = applied.at(-1) ?? { after: [] };
    return `alembic downgrade ${word(`${id}@${after[0] ?? "base"}`)}`;
  },
  irreversible: /NotImplementedError|RuntimeError: .*(downgrade|irreversible)/i,
};

/** Whether naming the last brings all of them. */
function isChain(revisions: readonly Revision[]): boolean {
  return revisions.every(({ after }, at) => at === 0 || after.includes(revisions[at - 1]?.id ?? ""));
}
