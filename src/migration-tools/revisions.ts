import { basename } from "node:path";
import { OffshootError } from "../errors.ts";
import type { Project, Revision } from "./tool.ts";

/** Revisions in the order of their files, each after the one before. `idOf` gets the file name without its folder. */
export function inSequence(files: readonly string[], idOf: (name: string) => string = stem): readonly Revision[] {
  const names = files.map((file) => basename(file));
  return names.map((name, at) => {
    const before = names[at - 1];
    return { id: idOf(name), name: stem(name), dependsOn: before === undefined ? [] : [idOf(before)] };
  });
}

/** A file name without its extension. */
export function stem(name: string): string {
  return name.replace(/\.[^.]+$/, "");
}

/** The digits at the start of a name, unchanged, with leading zeros. */
export function leadingNumber(name: string): string {
  return /^\d+/.exec(name)?.[0] ?? name;
}

/** The number at the start of a name as tools record it that read it as a number: without leading zeros. */
export function numberOf(name: string): string {
  return /^\d/.test(name) ? String(BigInt(leadingNumber(name))) : name;
}

/** Sorts files by the number at the start of their names, for tools that do not compare texts: 9 before 10. */
export function byNumber(one: string, other: string): number {
  const [left, right] = [one, other].map((file) => BigInt(/^\d+/.exec(basename(file))?.[0] ?? 0)) as [bigint, bigint];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The newest revisions of each sequence: no other revision follows them. */
export function headsOf(revisions: readonly Revision[]): readonly Revision[] {
  const followed = new Set(
    revisions.flatMap(({ follows, dependsOn, sequence }) => (follows ?? dependsOn).map((id) => `${sequence}\n${id}`)),
  );
  return revisions.filter(({ id, sequence }) => !followed.has(`${sequence}\n${id}`));
}

/** The revisions that a table of heads records: no other revision follows or needs them. */
export function recordedHeadsOf(revisions: readonly Revision[]): readonly Revision[] {
  const needed = new Set(revisions.flatMap(({ dependsOn }) => dependsOn));
  return revisions.filter(({ id }) => !needed.has(id));
}

/** Sorts revisions so that each one comes after those on which it depends. Otherwise keeps the order. Throws `MIGRATION_HEADS` for a cycle. */
export function inOrder(revisions: readonly Revision[]): readonly Revision[] {
  const known = new Set(revisions.map(({ id }) => id));
  const placed = new Set<string>();
  const ordered: Revision[] = [];
  for (let rest = revisions; rest.length > 0;) {
    const next = rest.find(({ dependsOn }) => dependsOn.every((id) => placed.has(id) || !known.has(id)));
    if (next === undefined) {
      throw new OffshootError(
        "MIGRATION_HEADS",
        `The migrations depend on each other in a cycle: ${rest.map(({ name }) => name).join(", ")}.`,
        {
          remedy: "Correct the dependency of one of these migrations.",
        },
      );
    }
    placed.add(next.id);
    ordered.push(next);
    rest = rest.filter((revision) => revision !== next);
  }
  return ordered;
}

/**
 * Throws `MIGRATION_HEADS` if a sequence has several newest revisions. The resulting schema would depend on which of them
 * runs first.
 */
export function requireOneHead({ tool, revisions, strays = [] }: Project): void {
  if (strays.length > 0) throw strayHead(tool, revisions, strays);
  const split = splitHeads(revisions);
  if (split.length === 0) return;
  const names = split
    .map(([sequence, heads]) => (sequence === "" ? "" : `${sequence}: `) + heads.map(({ name }) => name).join(", "))
    .join("; ");
  throw new OffshootError("MIGRATION_HEADS", `The ${tool} migrations have several heads: ${names}.`, {
    meaning: "Two branches of the migration history were not merged. No migration was run.",
    remedy: MERGE[tool] ?? "Change one of them so that it comes after the other.",
    facts: { heads: names },
  });
}

/** Deleting a migration would be the wrong advice: these files have none. */
function strayHead(tool: string, revisions: readonly Revision[], strays: readonly string[]): OffshootError {
  const names = [...headsOf(revisions).map(({ name }) => name), ...strays].join(", ");
  const [these, them] = strays.length === 1 ? ["has", "the file"] : ["have", "the files"];
  return new OffshootError("MIGRATION_HEADS", `The ${tool} migrations have several heads: ${names}.`, {
    meaning: `${strays.join(", ")} ${these} the parent of another snapshot, and the journal names no migration for ${strays.length === 1 ? "it" : "them"}. No migration was run.`,
    remedy: `Delete ${them}. If the migration is needed, generate it again.`,
    facts: { heads: names },
  });
}

/** The sequences that have several heads, with these heads. */
export function splitHeads(revisions: readonly Revision[]): readonly (readonly [sequence: string, heads: readonly Revision[]])[] {
  const branches = new Map<string, Revision[]>();
  for (const head of headsOf(revisions).filter(({ isOptional }) => isOptional !== true)) {
    const key = `${head.sequence ?? ""}\n${head.branch ?? ""}`;
    branches.set(key, [...(branches.get(key) ?? []), head]);
  }
  return [...branches.values()].filter((heads) => heads.length > 1).map((heads) => [heads[0]?.sequence ?? "", heads] as const);
}

const MERGE: Readonly<Record<string, string>> = {
  alembic: "Run `alembic merge heads` (`flask db merge heads` with Flask-Migrate), or change `down_revision` of one of them.",
  django: "Run `manage.py makemigrations --merge`.",
  drizzle: "Run `drizzle-kit drop` for one of them, then `drizzle-kit generate`.",
};
