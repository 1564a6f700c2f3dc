import { drift } from "../../drift.ts";
import { text } from "../../drift/report/text.ts";
import { EXIT } from "../../errors.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation, flags) => {
  const { expected, actual, ignore, compare } = flags;
  const result = await drift({ ...invocation.options, expected, actual, ignore, compare });
  invocation.print(result, () => text(result).trimEnd().split("\n"));
  if (!result.equal) invocation.exitCode = EXIT.findings;
};
