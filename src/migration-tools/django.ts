import { djangoApps } from "./django-apps.ts";
import { djangoHistory } from "./django-history.ts";
import { djangoSettings } from "./django-settings.ts";
import { recordedHeadsOf } from "./revisions.ts";
import type { Tool } from "./tool.ts";

/** Django. Its settings must read the database from `DATABASE_URL` or `PG*`. Documentation: docs.djangoproject.com, "Migrations". */
export const django: Tool = {
  name: "django",
  expects: "manage.py that mentions django, and apps with migrations/",
  async find(repository, folder = ".") {
    const manage = (await repository.read("manage.py")) ?? "";
    if (!/django/i.test(manage)) return undefined;
    const python = (await repository.walk(folder)).filter((file) => file.endsWith(".py"));
    const settings = await djangoSettings(repository, manage);
    const { apps, files } = await djangoApps(repository, settings, python);
    const revisions = await djangoHistory(repository, apps, python);
    if (revisions.length === 0) return undefined;
    const at = folder === "." ? "" : `${folder}/`;
    const elsewhere = apps.map((app) => app.folder).filter((each) => !each.endsWith("/migrations"));
    const program = "python3 manage.py migrate --noinput";
    return {
      tool: "django",
      evidence: "manage.py",
      command: program,
      files: [
        "manage.py",
        ...settings.files,
        ...files,
        ...(elsewhere.length < apps.length ? [`${at}**/migrations/*.py`] : []),
        ...elsewhere.map((each) => `${each}/*.py`),
        "!**/site-packages/**",
      ],
      versionTable: {
        tables: ["public.django_migrations"],
        name: "django_migrations",
        query: (table) => `select app || '.' || name as id from ${table} applied order by applied.id`,
        holds: "all",
      },
      ...(settings.otherDatabases.length === 0 ? {} : { leaves: othersLeft(settings.otherDatabases) }),
      revisions,
      stepCommands: {
        // Django also applies what a migration needs, so one start for each head of `next` is enough.
        up: (_applied, next) =>
          recordedHeadsOf(next)
            .map(({ name, sequence }) => `${program} ${sequence} ${name.split(".").at(-1)}`)
            .join(" && "),
        down: (applied) => {
          const { sequence = "", follows = [] } = applied.at(-1) ?? {};
          return `${program} ${sequence} ${follows[0]?.slice(sequence.length + 1) ?? "zero"}`;
        },
        irreversible: /IrreversibleError/,
      },
    };
  },
};

/** Without `--database`, the command migrates `default` only (Django documentation, "Multiple databases"). */
function othersLeft(names: readonly string[]): string {
  const [first = ""] = names;
  return `Only the database "default" of Django was migrated, and not ${names.map((name) => JSON.stringify(name)).join(", ")}, which the settings name too. Tables that a router sends there are missing. If they belong into this database, add a step to \`migrations\` that runs \`python3 manage.py migrate --noinput --database ${first}\`.`;
}
