import { OffshootError } from "../errors.ts";
import type { CiService } from "./ci.ts";
import { stdout, type Variables } from "./write.ts";

/** Lines for a POSIX shell: `eval "$(offshoot env)"`. Any value survives, line breaks included. */
export function shellLines(variables: Variables): readonly string[] {
  return Object.entries(variables).map(([name, value]) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`);
}

/** Lines for a dotenv file. */
export function dotenvLines(variables: Variables): readonly string[] {
  return Object.entries(variables).map(([name, value]) => `${name}="${value.replaceAll(/["\\$`]/g, String.raw`\$&`)}"`);
}

/** Bare `NAME=value` lines, for readers that know no quotes. Throws `USAGE` for a value of several lines. */
export function plainLines(variables: Variables): readonly string[] {
  return Object.entries(variables).map(([name, value]) => {
    if (!/[\r\n]/.test(value)) return `${name}=${value}`;
    throw new OffshootError("USAGE", `${name} holds a line break, which this format can't carry.`, {
      remedy: "Use --format json, or choose a password without one.",
    });
  });
}

/** Facts under names that fit an environment: `OFFSHOOT_DATABASE_ID` for `database_id`. */
export function asVariables(facts: Variables): Variables {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [`OFFSHOOT_${name.toUpperCase()}`, value]));
}

/** What holds where a service offers nothing of its own: the job's shell, and plain words on stderr. */
export const shellDefaults: Omit<CiService, "detect"> = {
  mask: () => [],
  exports: (variables) => stdout(...shellLines(variables)),
  outputs: () => [],
  group: () => undefined,
  annotate: () => [],
  summary: () => [],
};
