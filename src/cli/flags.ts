import type { OptionValues } from "commander";
import { OUTBOUND_MODES, type OutboundMode } from "../config/settings.ts";
import { parseDuration } from "../duration.ts";
import { OffshootError } from "../errors.ts";
import { nearest } from "../nearest.ts";

/** The value of a flag that accepts only the values in `known`. Throws `USAGE` for any other value. */
export function choiceFlag<T extends string>(flag: string, text: string, known: readonly T[]): T {
  const value = known.find((each) => each === text);
  if (value !== undefined) return value;
  const meant = nearest(text, known);
  throw new OffshootError(
    "USAGE",
    `${JSON.stringify(text)} is not a valid value of ${flag}.${meant === undefined ? "" : ` Did you mean ${meant}?`}`,
    {
      remedy: `Use one of ${known.join(", ")}.`,
    },
  );
}

/** No time at all, with or without a unit. */
const ZERO = /^0+(?:d|h|m|s|ms)?$/;

/** The duration of a flag in milliseconds; undefined if the flag is not set. Throws `USAGE` if it is not a duration. */
export function durationFlag(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = ZERO.test(text) ? 0 : parseDuration(text);
  if (ms !== undefined) return ms;
  throw new OffshootError("USAGE", `${JSON.stringify(text)} is not a valid duration for ${flag}.`, {
    remedy: "Write a number and a unit: 90m, 12h or 3d, or 0s for none.",
  });
}

/** `--outbound`. Undefined: the setting counts. Throws `USAGE`. */
export function outboundFlag(flags: OptionValues): OutboundMode | undefined {
  const { outbound } = flags as { readonly outbound?: string };
  return outbound === undefined ? undefined : choiceFlag("--outbound", outbound, OUTBOUND_MODES);
}
