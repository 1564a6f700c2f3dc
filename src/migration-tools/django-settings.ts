import { importsOf, readModule } from "./python/module.ts";
import { type Scope, stringOf, type Value } from "./python/values.ts";
import type { Repository } from "./repository.ts";

/** The settings of a Django project, as far as its files write them out. */
export interface DjangoSettings {
  /** The files that were read. */
  readonly files: readonly string[];
  /** The entries of `INSTALLED_APPS`. Undefined if there are no readable settings. */
  readonly installed: readonly string[] | undefined;
  /** Whether a part of `INSTALLED_APPS` is computed, so that more apps can be installed. */
  readonly isPartial: boolean;
  /** `MIGRATION_MODULES`: the module by the label of its app; undefined for an app without migrations. */
  readonly modules: ReadonlyMap<string, string | undefined>;
  /** The keys of `DATABASES` besides `default` and replicas, if there are routers: some tables are perhaps migrated there only. */
  readonly otherDatabases: readonly string[];
}

/** Settings are often in several files, each of which imports another. */
const MOST_DEPTH = 8;

/** Reads the settings module that `manage.py` names, without running it. */
export async function djangoSettings(repository: Repository, manage: string): Promise<DjangoSettings> {
  const named = /DJANGO_SETTINGS_MODULE["']\s*(?:,|\]\s*=)\s*["']([\w.]+)["']/.exec(manage)?.[1];
  const files = new Set<string>();
  const values = named === undefined ? undefined : await valuesOf(repository, named, files, 0);
  const installed = values?.get("INSTALLED_APPS");
  const items: readonly Value[] = installed?.kind === "list" ? installed.items : [];
  return {
    files: [...files],
    installed: installed === undefined ? undefined : items.flatMap((item) => stringOf(item) ?? []),
    isPartial: installed?.kind !== "list" || items.some((item) => item.kind !== "string"),
    modules: modulesOf(values?.get("MIGRATION_MODULES")),
    otherDatabases: otherDatabases(values),
  };
}

const REPLICA = /replica|read|slave|follower|standby/i;

function otherDatabases(values: Scope | undefined): readonly string[] {
  const routers = values?.get("DATABASE_ROUTERS");
  if (routers === undefined || (routers.kind === "list" && routers.items.length === 0)) return [];
  return keysOf(values?.get("DATABASES")).filter((name) => name !== "default" && !REPLICA.test(name));
}

function keysOf(value: Value | undefined): readonly string[] {
  return value?.kind === "dict" ? value.entries.flatMap(([key]) => stringOf(key) ?? []) : [];
}

function modulesOf(value: Value | undefined): DjangoSettings["modules"] {
  const entries = value?.kind === "dict" ? value.entries : [];
  return new Map(
    entries.flatMap(([key, module]) => (key.kind === "string" && module.kind !== "unknown" ? [[key.text, stringOf(module)] as const] : [])),
  );
}

/** The values of a module of the repository, with those that it imports from others. Undefined if it is not there. */
async function valuesOf(repository: Repository, module: string, files: Set<string>, depth: number): Promise<Scope | undefined> {
  const path = await moduleFile(repository, module);
  if (path === undefined || files.has(path) || depth > MOST_DEPTH) return undefined;
  files.add(path);
  const text = (await repository.read(path)) ?? "";
  const imported = new Map<string, Value>();
  for (const { module: from, name, as } of importsOf(text)) {
    const others = await valuesOf(repository, absolute(from, module, path), files, depth + 1);
    if (name === "*") for (const [key, value] of others ?? []) imported.set(key, value);
    const value = others?.get(name);
    if (value !== undefined) imported.set(as, value);
  }
  return readModule(text, imported).values;
}

/** `.base` in `shop.settings.dev` is `shop.settings.base`. A package is its own parent. */
function absolute(from: string, module: string, path: string): string {
  const [, dots = "", rest = ""] = /^(\.*)(.*)$/.exec(from) ?? [];
  if (dots === "") return rest;
  const parents = module.split(".").slice(0, path.endsWith("/__init__.py") && dots.length === 1 ? undefined : -dots.length);
  return [...parents, rest].filter(Boolean).join(".");
}

/** The file of a module, next to `manage.py` or in one of the usual folders for Python's path. */
export async function moduleFile(repository: Repository, module: string): Promise<string | undefined> {
  const path = module.replaceAll(".", "/");
  return repository.first(...["", "src/", "apps/"].flatMap((folder) => [`${folder}${path}.py`, `${folder}${path}/__init__.py`]));
}
