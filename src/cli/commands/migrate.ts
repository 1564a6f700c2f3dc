import type { OptionValues } from "commander";
import { type Migrated, migrate as migrateWith } from "../../migrate.ts";
import type { Invocation } from "../invocation.ts";

export async function migrate(invocation: Invocation, argv: readonly string[], flags: OptionValues): Promise<void> {
  printMigrated(invocation, await migrateWith({ ...invocation.options, command: argv, retry: flags["retry"] === true, url: flags["url"] }));
}

/** What `migrate` and `wait` print. */
export function printMigrated(invocation: Invocation, { state, fingerprint, ms }: Migrated): void {
  invocation.print({ version: 1, fingerprint, state, ms }, () => [`${state}  ${fingerprint.slice(0, 16)}`]);
}
