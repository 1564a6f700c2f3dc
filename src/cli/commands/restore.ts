import { restore } from "../../commands/restore.ts";
import type { Execute } from "../invocation.ts";
import { printReplaced } from "./reset.ts";

export const execute: Execute = async (invocation, flags, [name = ""]) => {
  const force = flags["force"] as boolean | string | undefined;
  const { database, sameUrl } = await restore({ ...invocation.options, name, force });
  printReplaced(invocation, { database, sameUrl }, { snapshot: name }, [`restored  ${name}`]);
};
