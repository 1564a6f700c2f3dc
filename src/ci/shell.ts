import { inertForOthers } from "./inert.ts";
import { OffshootError } from "../errors.ts";
import type { CiService } from "./ci.ts";
import { stdout, type Variables } from "./write.ts";

/** Lines for a POSIX shell, for `eval` of a variable with the output of `offshoot env`. Every value is kept exactly, also one with line breaks. */
export function shellLines(variables: Variables): readonly string[] {
  return Object.entries(variables).map(([name, value]) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`);
}

/** Lines for a dotenv file. */
export function dotenvLines(variables: Variables): readonly string[] {
  return Object.entries(variables).map(([name, value]) => `${name}="${value.replaceAll(/["\\$`]/g, String.raw`\$&`)}"`);
}

/** `NAME=value` lines without quotes. Throws `USAGE` for a value with a line break. */
export function plainLines(variables: Variables): readonly string[] {
  return Object.entries(variables).map(([name, value]) => {
    if (!/[\r\n]/.test(value)) return `${name}=${value}`;
    throw new OffshootError("USAGE", `The value of ${name} has a line break, and this format cannot contain one.`, {
      remedy: "Use --format json, or set a password without a line break.",
    });
  });
}

/** Facts under the names of environment variables: `OFFSHOOT_DATABASE_ID` for `database_id`. */
export function asVariables(facts: Variables): Variables {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [`OFFSHOOT_${name.toUpperCase()}`, value]));
}

/** The defaults for a service without such features: variables are printed for the job's shell, and nothing else is written. */
export const shellDefaults: Omit<CiService, "detect"> = {
  mask: () => [],
  exports: (variables) => stdout(...shellLines(variables)),
  outputs: () => [],
  group: () => undefined,
  inert: inertForOthers,
  annotate: () => [],
  summary: () => [],
};
