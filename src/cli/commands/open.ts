import { consolePage } from "../../commands/console-page.ts";
import { openInBrowser } from "../browser.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation) => {
  const consoleUrl = await consolePage(invocation.options);
  invocation.print({ version: 1, consoleUrl }, () => [consoleUrl]);
  if (!invocation.json && !invocation.job.isCi) await openInBrowser(consoleUrl, invocation.env, process.platform);
};
