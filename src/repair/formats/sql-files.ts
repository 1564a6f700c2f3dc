import { randomUUID } from "node:crypto";
import { OffshootError } from "../../errors.ts";
import { commentLines, type MigrationFormat, type NextMigration, numbered } from "./migration.ts";

const scriptOf = (next: NextMigration): string => `${commentLines("--", next)}\n\n${next.statements.map((sql) => `${sql};\n`).join("\n")}`;

/** A folder of SQL files, each of which is one transaction. */
export const sqlFormat: MigrationFormat = {
  inOneTransaction: true,
  async write(next) {
    const isPair = next.existing.some((file) => file.endsWith(".up.sql"));
    return [{ name: numbered(next, isPair ? ".up.sql" : ".sql"), text: scriptOf(next) }];
  },
};

/**
 * Flyway. The script configuration beside the file switches off the transaction and placeholders such as `${name}` (Flyway
 * documentation, "Script Configuration Files").
 */
export const flywayFormat: MigrationFormat = {
  inOneTransaction: false,
  async write(next) {
    // A baseline counts too, because Flyway skips what is not newer than it, and so does the version of a class.
    const versions = next.existing.flatMap((file) => /^[VB](\d+(?:[._]\d+)*)__.+\./.exec(file)?.[1] ?? []);
    const numbers = versions.map((version) => version.split(/[._]/)[0] ?? "").toSorted((a, b) => Number(BigInt(a) - BigInt(b)));
    const newest = numbers.at(-1) ?? "0";
    const time = next.now.toISOString().replaceAll(/\D/g, "").slice(0, 14);
    const following = String(BigInt(newest) + 1n).padStart(newest.length, "0");
    const version = newest.length === 14 && time > newest ? time : following;
    const name = `V${version}__offshoot_repair.sql`;
    // Flyway decides by the statements whether a script needs a transaction, so it must not see `begin`.
    const statements = next.statements.filter((sql) => sql !== "begin" && sql !== "commit");
    return [
      { name, text: scriptOf({ ...next, statements }) },
      { name: `${name}.conf`, text: "executeInTransaction=false\nplaceholderReplacement=false\n" },
    ];
  },
};

const BREAKPOINT = "--> statement-breakpoint";

interface Journal {
  readonly entries: readonly { readonly idx: number; readonly version?: string; readonly when?: number; readonly tag: string }[];
}

/**
 * drizzle-kit, which runs all pending migrations in one transaction. The new snapshot equals its parent, as after
 * `drizzle-kit generate --custom`: the TypeScript schema does not change.
 */
export const drizzleFormat: MigrationFormat = {
  inOneTransaction: true,
  async write(next) {
    if (next.statements.some((sql) => sql.includes(BREAKPOINT))) {
      throw new OffshootError("USAGE", `The repair contains the text \`${BREAKPOINT}\`, at which drizzle-kit would divide a statement.`, {
        remedy: "Use --repair FILE without --format.",
      });
    }
    const journal = JSON.parse((await next.read("meta/_journal.json")) ?? '{"version":"7","dialect":"postgresql","entries":[]}') as Journal;
    const last = journal.entries.at(-1);
    const idx = (last?.idx ?? -1) + 1;
    const number = String(idx).padStart(4, "0");
    const tag = `${number}_offshoot_repair`;
    const when = Math.max(next.now.getTime(), (last?.when ?? 0) + 1);
    const entry = { idx, version: last?.version ?? "7", when, tag, breakpoints: true };
    const snapshot = await next.read(`meta/${String(idx - 1).padStart(4, "0")}_snapshot.json`);
    const text = `${commentLines("--", next)}\n${next.statements.map((sql) => `${sql};`).join(`\n${BREAKPOINT}\n`)}\n`;
    return [
      { name: `${tag}.sql`, text },
      {
        name: "meta/_journal.json",
        text: `${JSON.stringify({ ...journal, entries: [...journal.entries, entry] }, undefined, 2)}\n`,
        replaces: true,
      },
      ...(snapshot === undefined ? [] : [{ name: `meta/${number}_snapshot.json`, text: nextSnapshot(snapshot) }]),
    ];
  },
};

function nextSnapshot(text: string): string {
  const snapshot = JSON.parse(text) as { readonly id?: string };
  return `${JSON.stringify({ ...snapshot, id: randomUUID(), prevId: snapshot.id }, undefined, 2)}\n`;
}
