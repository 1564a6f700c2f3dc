import { down } from "../../commands/down.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation, flags) => {
  const { name, outcome, providers } = await down({ ...invocation.options, force: flags["force"] as boolean | string | undefined });
  invocation.print({ version: 1, name, outcome, providers }, () => [`${outcome}  ${name}`]);
};
