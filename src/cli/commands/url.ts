import { env } from "../../commands/env.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation, flags) => {
  const { DATABASE_URL: pooled, DATABASE_URL_UNPOOLED: direct } = await env(invocation.options);
  const url = flags["unpooled"] === true ? direct : pooled;
  // `print` would hide the password, for which this command exists.
  invocation.write(`${invocation.json ? JSON.stringify({ version: 1, url }) : url}\n`);
};
