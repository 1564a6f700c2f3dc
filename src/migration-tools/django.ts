import { basename, dirname } from "node:path";
import type { Repository } from "./repository.ts";
import { inOrder, stem } from "./revisions.ts";
import type { Revision, Tool } from "./tool.ts";

interface Module {
  readonly app: string;
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly replaces: readonly string[];
}

/** Django. Its settings must read the database from `DATABASE_URL` or `PG*`. Documentation: docs.djangoproject.com, "Migrations". */
export const django: Tool = {
  name: "django",
  expects: "manage.py that mentions django, and apps with migrations/",
  async find(repository, folder = ".") {
    if (!/django/i.test((await repository.read("manage.py")) ?? "")) return undefined;
    const modules = await modulesIn(repository, folder);
    if (modules.length === 0) return undefined;
    const at = folder === "." ? "" : `${folder}/`;
    const program = "python3 manage.py migrate --noinput";
    return {
      tool: "django",
      evidence: "manage.py",
      command: program,
      files: ["manage.py", `${at}**/migrations/*.py`, "!**/site-packages/**"],
      versionTable: {
        tables: ["public.django_migrations"],
        name: "django_migrations",
        query: (table) => `select app || '.' || name as id from ${table} order by id`,
        holds: "all",
      },
      revisions: inOrder(revisionsOf(modules)),
      stepCommands: {
        up: (_applied, next) => next.map(({ name, sequence }) => `${program} ${sequence} ${name.split(".").at(-1)}`).join(" && "),
        down: (applied) => {
          const { sequence = "", dependsOn } = applied.at(-1) ?? { dependsOn: [] };
          const before = dependsOn.find((id) => id.startsWith(`${sequence}.`));
          return `${program} ${sequence} ${before?.slice(sequence.length + 1) ?? "zero"}`;
        },
        irreversible: /IrreversibleError/,
      },
    };
  },
};

async function modulesIn(repository: Repository, folder: string): Promise<readonly Module[]> {
  const files = (await repository.walk(folder)).filter((file) => /(^|\/)[^/]+\/migrations\/[^_/][^/]*\.py$/.test(file));
  return Promise.all(
    files.map(async (file) => {
      const text = (await repository.read(file)) ?? "";
      const app = basename(dirname(dirname(file)));
      return { app, name: stem(basename(file)), dependsOn: pairs(text, "dependencies"), replaces: pairs(text, "replaces") };
    }),
  );
}

/** The `("app", "name")` pairs in the list of a class attribute. */
function pairs(text: string, attribute: string): readonly string[] {
  const list = new RegExp(`^\\s*${attribute}\\s*(?::[^=\\n]+)?=\\s*\\[([^\\]]*)\\]`, "m").exec(text)?.[1] ?? "";
  return [...list.matchAll(/\(\s*["']([^"']+)["']\s*,\s*["']([^"']+)["']\s*,?\s*\)/g)].map((match) => `${match[1]}.${match[2]}`);
}

/** A squashed migration replaces the migrations that it lists, so those are left out. */
function revisionsOf(modules: readonly Module[]): readonly Revision[] {
  const squashed = new Map(modules.flatMap(({ app, name, replaces }) => replaces.map((id) => [id, `${app}.${name}`] as const)));
  return modules
    .map(({ app, name, dependsOn }) => {
      const id = `${app}.${name}`;
      const before = dependsOn.map((each) => squashed.get(each) ?? each).filter((each) => each !== id);
      return { id, name: id, sequence: app, dependsOn: [...new Set(before)] };
    })
    .filter(({ id }) => !squashed.has(id));
}
