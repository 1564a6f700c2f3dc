import type { ListedClone } from "../commands/list-clones.ts";
import { formatAge } from "../moment.ts";
import { untilText } from "./database-table.ts";
import { namedTable } from "./tables.ts";

const HEADER = ["CLONE", "AGE", "EXPIRES", "ENDS WITH", "KEPT"] as const;

const ENDS_WITH: Readonly<Record<ListedClone["endsWith"], string>> = { tests: "its tests", "last-run": "last run", down: "down" };

/** The clones as a table: when each one was made and expires, what deletes it before, and whether a failed test kept it. */
export function cloneTable(clones: readonly ListedClone[], now: Date, width: number | undefined): readonly string[] {
  return namedTable(
    "DATABASE",
    HEADER,
    clones.map((clone) => ({ name: clone.database, cells: row(clone, clone.readAt ?? now) })),
    width,
  );
}

function row({ name, createdAt, expiresAt, endsWith, kept }: ListedClone, now: Date): readonly string[] {
  const age = createdAt === undefined ? "-" : formatAge(now.getTime() - createdAt.getTime());
  const left = expiresAt === undefined ? "never" : untilText(expiresAt.getTime() - now.getTime());
  return [name, age, left, ENDS_WITH[endsWith], kept ? "failed test" : "no"];
}
