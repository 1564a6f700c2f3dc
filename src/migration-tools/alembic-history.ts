import { basename } from "node:path";
import { OffshootError } from "../errors.ts";
import { readModule } from "./python/module.ts";
import { stringsOf } from "./python/values.ts";
import type { Repository } from "./repository.ts";
import { headsOf, inOrder, stem } from "./revisions.ts";
import type { Revision } from "./tool.ts";

/** The revisions of Alembic, or why they are not known. */
export type AlembicHistory = { readonly revisions: readonly Revision[] } | { readonly computed: string };

/** What one file declares. */
interface Declared {
  readonly file: string;
  readonly id: string;
  readonly follows: readonly string[];
  readonly needs: readonly string[];
  readonly labels: readonly string[];
}

/**
 * Reads the revisions in the given files. As Alembic sees them, a head is a revision that no `down_revision` names;
 * `depends_on` only orders. Throws `MIGRATION_HEADS` for a cycle, and when two files have one revision: Alembic would use
 * only one of them, with a warning.
 */
export async function alembicHistory(repository: Repository, files: readonly string[]): Promise<AlembicHistory> {
  const declared: Declared[] = [];
  // Alembic ignores these names (alembic/script/base.py, `_only_source_rev_file`).
  for (const file of files.filter((each) => each.endsWith(".py") && !/^(?:\.#|__init__)/.test(basename(each)))) {
    const { values } = readModule((await repository.read(file)) ?? "");
    const id = values.get("revision");
    if (id === undefined) continue;
    const [follows, needs, labels] = ["down_revision", "depends_on", "branch_labels"].map((name) => stringsOf(values.get(name)));
    if (id.kind !== "string" || follows === undefined || needs === undefined || labels === undefined) {
      return { computed: `${file} computes its revisions` };
    }
    declared.push({ file, id: id.text, follows, needs, labels });
  }
  requireUnique(declared);
  return { revisions: inOrder(withBranches(declared)) };
}

function requireUnique(declared: readonly Declared[]): void {
  for (const { id, file } of declared) {
    const files = declared.filter((other) => other.id === id).map((other) => other.file);
    if (files.length < 2 || files[0] !== file) continue;
    throw new OffshootError("MIGRATION_HEADS", `Several files have the Alembic revision ${id}: ${files.join(", ")}.`, {
      meaning: "Alembic would run only one of them. No migration was run.",
      remedy: "Give each file its own revision, and set its down_revision to the one before.",
    });
  }
}

/** Each head belongs to a branch: heads of one branch are a fork, and heads of several branches are there on purpose. */
function withBranches(declared: readonly Declared[]): readonly Revision[] {
  const byLabel = new Map(declared.flatMap(({ id, labels }) => labels.map((label) => [label, id] as const)));
  const revisions = declared.map(({ file, id, follows, needs }): Revision => {
    const resolved = needs.map((need) => byLabel.get(need) ?? need);
    return { id, name: stem(basename(file)), dependsOn: [...new Set([...follows, ...resolved])], follows };
  });
  const heads = headsOf(revisions);
  if (heads.length < 2) return revisions;
  const members = heads.map((head) => {
    const related = relatedTo(head.id, declared);
    const before = ancestorsOf(head.id, declared);
    return { head, related, labels: declared.filter(({ id }) => before.has(id)).flatMap(({ labels }) => labels) };
  });
  const branches = new Map(
    members.map(({ head, related, labels }) => {
      const others = members.filter((each) => each.head !== head && related.has(each.head.id));
      const own = labels.filter((label) => others.length === 0 || others.some((other) => !other.labels.includes(label)));
      return [head.id, [declared.find(({ id }) => related.has(id))?.id, ...own].join(" ")] as const;
    }),
  );
  return revisions.map((each) => ({ ...each, ...(branches.has(each.id) ? { branch: branches.get(each.id) ?? "" } : {}) }));
}

/** All revisions that are connected with this one by `down_revision`. */
function relatedTo(id: string, declared: readonly Declared[]): ReadonlySet<string> {
  const found = new Set([id]);
  for (const each of found) {
    for (const other of declared) {
      if (other.id === each) for (const parent of other.follows) found.add(parent);
      if (other.follows.includes(each)) found.add(other.id);
    }
  }
  return found;
}

/** A revision and all that come before it by `down_revision`. */
function ancestorsOf(id: string, declared: readonly Declared[]): ReadonlySet<string> {
  const known = new Map(declared.map((each) => [each.id, each.follows]));
  const found = new Set([id]);
  for (const each of found) for (const parent of known.get(each) ?? []) if (known.has(parent)) found.add(parent);
  return found;
}
