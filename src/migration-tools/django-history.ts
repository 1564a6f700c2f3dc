import { basename, dirname } from "node:path";
import type { DjangoApp } from "./django-apps.ts";
import { readModule } from "./python/module.ts";
import type { Value } from "./python/values.ts";
import type { Repository } from "./repository.ts";
import { headsOf, inOrder, stem } from "./revisions.ts";
import type { Revision } from "./tool.ts";

interface Migration {
  readonly id: string;
  readonly app: DjangoApp;
  readonly needs: readonly string[];
  readonly runBefore: readonly string[];
  readonly replaces: readonly string[];
  /** Whether a part of its dependencies is computed. */
  readonly isComputed: boolean;
}

/** The migrations of the apps, in an order in which Django can run them. Throws `MIGRATION_HEADS` for a cycle. */
export async function djangoHistory(
  repository: Repository,
  apps: readonly DjangoApp[],
  python: readonly string[],
): Promise<readonly Revision[]> {
  const migrations: Migration[] = [];
  for (const app of apps) {
    // Django leaves out names that begin with `_` or `~` (django/db/migrations/loader.py, `load_disk`).
    const files = python.filter((file) => dirname(file) === app.folder && !/^[_~]/.test(basename(file)));
    for (const file of files) migrations.push(migrationIn((await repository.read(file)) ?? "", app, stem(basename(file))));
  }
  return inOrder(revisionsOf(migrations));
}

function migrationIn(text: string, app: DjangoApp, name: string): Migration {
  const values = readModule(text).classes.find((each) => each.name === "Migration")?.values;
  const [dependencies, runBefore, replaces] = ["dependencies", "run_before", "replaces"].map((attribute) =>
    pairsOf(values?.get(attribute)),
  );
  return {
    id: `${app.label}.${name}`,
    app,
    needs: dependencies?.pairs ?? [],
    runBefore: runBefore?.pairs ?? [],
    replaces: replaces?.pairs ?? [],
    isComputed: [dependencies, replaces].some((each) => each?.isComputed),
  };
}

/** The `("app", "name")` pairs of a list. A swappable dependency is on the first migration of another app. */
function pairsOf(value: Value | undefined): { readonly pairs: readonly string[]; readonly isComputed: boolean } {
  if (value === undefined) return { pairs: [], isComputed: false };
  const items = value.kind === "list" ? value.items : [value];
  const pairs = items.map((item) => {
    const [app, name] = item.kind === "list" ? item.items : [];
    if (app?.kind === "string" && name?.kind === "string") return `${app.text}.${name.text}`;
    return item.kind === "unknown" && item.text.includes("swappable_dependency(") ? "" : undefined;
  });
  return { pairs: pairs.flatMap((pair) => pair || []), isComputed: pairs.includes(undefined) };
}

/** A squashed migration takes the place of those that it lists (django/db/migrations/graph.py, `remove_replaced_nodes`). */
function revisionsOf(migrations: readonly Migration[]): readonly Revision[] {
  const replacement = new Map(migrations.flatMap(({ id, replaces }) => replaces.map((each) => [each, id] as const)));
  const current = (id: string): string => {
    const seen = new Set<string>();
    let found = id;
    for (let next; (next = replacement.get(found)) !== undefined && !seen.has(found); found = next) seen.add(found);
    return found;
  };
  const kept = migrations.filter(({ id }) => current(id) === id);
  const draft = kept.map((migration): Revision => {
    const { id, app } = migration;
    const replaced = migrations.filter((each) => current(each.id) === id);
    const before = migrations.filter(({ runBefore }) => runBefore.some((each) => current(each) === id)).map((each) => each.id);
    const dependsOn = [...replaced.flatMap(({ needs }) => needs), ...before].map(current).filter((each) => each !== id);
    const isOptional = app.isOptional || migrations.some((each) => each.app === app && each.isComputed);
    return { id, name: id, sequence: app.label, dependsOn: [...new Set(dependsOn)], ...(isOptional ? { isOptional } : {}) };
  });
  const heads = headsOf(draft.map(withFollows));
  return draft.map((revision) => {
    const dependsOn = revision.dependsOn.flatMap((id) => {
      const [, label, end] = /^(.*)\.__(first|latest)__$/.exec(id) ?? [];
      if (label === undefined) return [id];
      // Django ignores such a reference to the same app (`check_key`).
      if (label === revision.sequence) return [];
      const inApp = (end === "latest" ? heads : draft).filter(({ sequence }) => sequence === label);
      return (end === "latest" ? inApp : inApp.filter((each) => withFollows(each).follows?.length === 0)).map((each) => each.id);
    });
    return withFollows({ ...revision, dependsOn: dependsOn.filter((id) => id !== revision.id) });
  });
}

/** Only a migration of the same app makes another one no head. */
function withFollows(revision: Revision): Revision {
  return { ...revision, follows: revision.dependsOn.filter((id) => id.startsWith(`${revision.sequence}.`)) };
}
