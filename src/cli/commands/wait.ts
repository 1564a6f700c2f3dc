import { wait } from "../../commands/wait.ts";
import type { Execute } from "../invocation.ts";
import { printMigrated } from "./migrate.ts";

export const execute: Execute = async (invocation, flags, argv) => {
  printMigrated(invocation, await wait({ ...invocation.options, command: argv, url: flags["url"] }));
};
