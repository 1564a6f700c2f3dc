import type { OptionValues } from "commander";
import { wait as waitWith } from "../../wait.ts";
import type { Invocation } from "../invocation.ts";
import { printMigrated } from "./migrate.ts";

export async function wait(invocation: Invocation, argv: readonly string[], flags: OptionValues): Promise<void> {
  printMigrated(invocation, await waitWith({ ...invocation.options, command: argv, url: flags["url"] }));
}
