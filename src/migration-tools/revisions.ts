import { basename } from "node:path";
import { OffshootError } from "../errors.ts";
import type { Project, Revision } from "./tool.ts";

/** Revisions that follow one another as their files do. `idOf`: from the name without its folder. */
export function inSequence(files: readonly string[], idOf: (name: string) => string = stem): readonly Revision[] {
  const names = files.map((file) => basename(file));
  return names.map((name, at) => {
    const before = names[at - 1];
    return { id: idOf(name), name: stem(name), after: before === undefined ? [] : [idOf(before)] };
  });
}

/** A file's name without its extension. */
export function stem(name: string): string {
  return name.replace(/\.[^.]+$/, "");
}

/** The digits that a name starts with, as they stand. */
export function leadingNumber(name: string): string {
  return /^\d+/.exec(name)?.[0] ?? name;
}

/** The revisions that no other builds upon, per line. */
export function headsOf(revisions: readonly Revision[]): readonly Revision[] {
  const built = new Set(revisions.flatMap(({ after, line }) => after.map((id) => `${line}\n${id}`)));
  return revisions.filter(({ id, line }) => !built.has(`${line}\n${id}`));
}

/** Revisions with each one behind those that it builds upon; otherwise the order stays. Throws `MIGRATION_HEADS` for a ring. */
export function inOrder(revisions: readonly Revision[]): readonly Revision[] {
  const known = new Set(revisions.map(({ id }) => id));
  const placed = new Set<string>();
  const ordered: Revision[] = [];
  for (let rest = revisions; rest.length > 0;) {
    const next = rest.find(({ after }) => after.every((id) => placed.has(id) || !known.has(id)));
    if (next === undefined) {
      throw new OffshootError(
        "MIGRATION_HEADS",
        `The migrations build upon each other in a ring: ${rest.map(({ name }) => name).join(", ")}.`,
        {
          remedy: "Correct what the first of them builds upon.",
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
 * Several newest revisions on one line: which schema is meant is open, and what runs first decides. Throws
 * `MIGRATION_HEADS`, naming them.
 */
export function requireOneHead({ tool, revisions }: Project): void {
  const split = splitHeads(revisions);
  if (split.length === 0) return;
  const told = split.map(([line, heads]) => (line === "" ? "" : `${line}: `) + heads.map(({ name }) => name).join(", ")).join("; ");
  throw new OffshootError("MIGRATION_HEADS", `The ${tool} migrations have several heads: ${told}.`, {
    meaning: "Two branches of the history were never joined. Nothing was run.",
    remedy: MERGE[tool] ?? "Let one of them build upon the other.",
    facts: { heads: told },
  });
}

/** The lines that have several heads, with them. */
export function splitHeads(revisions: readonly Revision[]): readonly (readonly [line: string, heads: readonly Revision[]])[] {
  const lines = new Map<string, Revision[]>();
  for (const head of headsOf(revisions)) lines.set(head.line ?? "", [...(lines.get(head.line ?? "") ?? []), head]);
  return [...lines].filter(([, heads]) => heads.length > 1);
}

const MERGE: Readonly<Record<string, string>> = {
  alembic: "Join them with `alembic merge heads`, or rebase one onto the other.",
  django: "Join them with `manage.py makemigrations --merge`.",
  drizzle: "Drop one with `drizzle-kit drop`, and generate it again on top of the other.",
};
