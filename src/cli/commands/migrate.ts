import { type Migrated, migrate } from "../../commands/migrate.ts";
import type { Execute, Invocation } from "../invocation.ts";

export const execute: Execute = async (invocation, flags, argv) => {
  printMigrated(invocation, await migrate({ ...invocation.options, command: argv, retry: flags["retry"] === true, url: flags["url"] }));
};

/** Prints the result of `migrate` or `wait`. */
export function printMigrated(invocation: Invocation, { state, fingerprint, ms }: Migrated): void {
  invocation.print({ version: 1, fingerprint, state, ms }, () => [`${state}  ${fingerprint.slice(0, 16)}`]);
}
