import { dirname } from "node:path";
import { type DjangoSettings, moduleFile } from "./django-settings.ts";
import { readModule } from "./python/module.ts";
import { stringOf, type Value } from "./python/values.ts";
import { byBytes, type Repository } from "./repository.ts";

/** An app of the repository, and the folder of its migrations. */
export interface DjangoApp {
  readonly label: string;
  readonly folder: string;
  /** Whether it is not known that the app is installed. */
  readonly isOptional: boolean;
}

export interface DjangoApps {
  readonly apps: readonly DjangoApp[];
  /** The files that were read. */
  readonly files: readonly string[];
}

/**
 * The apps with migrations in the repository. `python`: all files of Python. Without readable settings, every folder
 * `migrations` counts as that of an app that is perhaps installed.
 */
export async function djangoApps(repository: Repository, settings: DjangoSettings, python: readonly string[]): Promise<DjangoApps> {
  // A folder without __init__.py is a namespace, which Django does not read (django/db/migrations/loader.py, `load_disk`).
  const packages = python.filter((file) => file.endsWith("/__init__.py")).map((file) => dirname(file));
  const files = new Set<string>();
  const apps: DjangoApp[] = [];
  for (const entry of settings.installed ?? []) {
    const { label, name, file } = await appOf(repository, entry, python);
    const module = settings.modules.has(label) ? settings.modules.get(label) : `${name}.migrations`;
    const folder = module === undefined ? undefined : packageOf(packages, module);
    if (folder !== undefined) apps.push({ label, folder, isOptional: false });
    if (file !== undefined) files.add(file);
  }
  if (settings.isPartial) {
    const others = packages.filter((folder) => /[^/]\/migrations$/.test(folder) && !apps.some((app) => app.folder === folder));
    for (const folder of others) {
      const { label } = await appOf(repository, dirname(folder).replaceAll("/", "."), python);
      if (!settings.modules.has(label)) apps.push({ label, folder, isOptional: true });
    }
  }
  return { apps, files: [...files].toSorted(byBytes) };
}

interface Named {
  readonly label: string;
  readonly name: string;
  /** The file of the app's configuration. */
  readonly file: string | undefined;
}

/** An entry of `INSTALLED_APPS`: a package, or a class of its configuration (django/apps/config.py, `AppConfig.create`). */
async function appOf(repository: Repository, entry: string, python: readonly string[]): Promise<Named> {
  const [, parent, className] = /^(.+)\.([A-Z]\w*)$/.exec(entry) ?? [];
  const module = parent ?? `${entry}.apps`;
  const file = nearest(python, `${module.replaceAll(".", "/")}.py`) ?? (await moduleFile(repository, module));
  const { classes } = readModule((file === undefined ? undefined : await repository.read(file)) ?? "");
  const candidates = classes.filter(({ bases, values }) => values.has("name") || bases.some((base) => base.endsWith("AppConfig")));
  const possible = candidates.filter(({ values }) => !isConstant(values.get("default"), "False"));
  const automatic = possible.length === 1 ? possible[0] : possible.find(({ values }) => isConstant(values.get("default"), "True"));
  const chosen = className === undefined ? automatic : candidates.find((each) => each.name === className);
  const name = stringOf(chosen?.values.get("name")) ?? (parent ?? entry).replace(/\.apps$/, "");
  return { name, label: stringOf(chosen?.values.get("label")) ?? name.split(".").at(-1) ?? name, file };
}

function isConstant(value: Value | undefined, text: string): boolean {
  return value?.kind === "unknown" && value.text === text;
}

function packageOf(packages: readonly string[], module: string): string | undefined {
  return nearest(packages, module.replaceAll(".", "/"));
}

/** The shortest path that ends with this one: Python's path can begin in a subfolder. */
function nearest(paths: readonly string[], end: string): string | undefined {
  const [first] = paths.filter((path) => `/${path}`.endsWith(`/${end}`)).toSorted((one, other) => one.length - other.length);
  return first;
}
