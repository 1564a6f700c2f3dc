import { OffshootError } from "../errors.ts";
import { parseDuration } from "../duration.ts";

/** Milliseconds of a duration such as `30s`; `name` is that of the option. Throws `USAGE`. */
export function readTime(name: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new OffshootError("USAGE", `${name} ${text} is no duration.`, { remedy: "Write one such as 500ms, 30s or 2m." });
}
