import { VALUE_FORMATS } from "../config/value-formats.ts";
import type { Env } from "../environment.ts";
import { describeError, OffshootError } from "../errors.ts";

const KEEP = "OFFSHOOT_KEEP_ON_FAILURE";

/** Whether failing tests keep their clones: the option, else the variable OFFSHOOT_KEEP_ON_FAILURE. Throws for a value that is neither. */
export function keepsOnFailure(option: boolean | undefined, env: Env): boolean {
  const text = env[KEEP]?.trim() ?? "";
  const value = text === "" ? false : VALUE_FORMATS.boolean.fromText?.(text);
  if (typeof value === "boolean") return option ?? value;
  const message = `${KEEP} is ${JSON.stringify(text.slice(0, 60))}, and must be true or false.`;
  throw new Error(describeError(new OffshootError("CONFIG_INVALID", message, { remedy: "Correct the variable, or unset it." })));
}
