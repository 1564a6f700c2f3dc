import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";

const FILE = new URL("held.json", import.meta.url);

/** What `npm run mutations` reached on one major version with its default seed. `--write` writes it. */
export interface Held {
  /** Number of kinds of changes. */
  readonly kinds: number;
  /** The kinds of which a trial was not repaired, but reported with the reason, also on tables without rows. Undefined: not recorded for this version. */
  readonly notRepaired?: readonly string[];
}

/** By major version. */
export const held: Readonly<Record<string, Held>> = JSON.parse(readFileSync(FILE, "utf8")) as Record<string, Held>;

/** Where a run falls below what was reached before. */
export function unheld(before: Held | undefined, now: Held): readonly string[] {
  if (before === undefined) return [];
  const worse = (now.notRepaired ?? []).filter((name) => before.notRepaired?.includes(name) === false);
  return [
    ...(now.kinds < before.kinds ? [`${now.kinds} kinds of changes, where ${before.kinds} are required`] : []),
    ...worse.map((name) => `the repair of "${name}" worked before, and is not made now`),
  ];
}

export async function writeHeld(reached: Readonly<Record<string, Held>>): Promise<void> {
  await writeFile(FILE, `${JSON.stringify(reached, undefined, 2)}\n`);
}
