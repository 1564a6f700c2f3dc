import { down } from "../../commands/down.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation) => {
  const { name, outcome, providers } = await down(invocation.options);
  invocation.print({ version: 1, name, outcome, providers }, () => [`${outcome}  ${name}`]);
};
