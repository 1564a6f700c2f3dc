import { describeError, OffshootError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { DatabaseOptions } from "./options.ts";

/** What each option must be, in words and as a test. */
const OPTIONS: Readonly<Record<keyof DatabaseOptions, readonly [expected: string, fits: (value: unknown) => boolean]>> = {
  per: ['"file" or "worker"', (value) => value === "file" || value === "worker"],
  keepOnFailure: ["true or false", (value) => typeof value === "boolean"],
  spares: ["a whole number from 0 to 100", (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 100],
  cwd: ["the path of a folder", isText],
  config: ["the path of a file", isText],
  settings: ["an object with settings by key path", (value) => typeof value === "object" && value !== null && !Array.isArray(value)],
};

/**
 * Checks the options of `owner`, such as `offshoot()`, which JavaScript does not check. `unknown` are options of other runners.
 * Throws a plain error for a wrong value, and for a name that is none, with the nearest one.
 */
export function checkOptions<O extends object>(owner: string, options: O, unknown: readonly (keyof DatabaseOptions)[] = []): O {
  const names = (Object.keys(OPTIONS) as (keyof DatabaseOptions)[]).filter((name) => !unknown.includes(name));
  for (const [name, value] of Object.entries(options)) {
    const option = names.find((each) => each === name);
    if (option === undefined) {
      const meant = nearest(name, names);
      refuse(
        `${owner} has no option "${name}".${meant === undefined ? "" : ` Did you mean "${meant}"?`}`,
        `Its options are ${names.join(", ")}.`,
      );
    } else if (value !== undefined && !OPTIONS[option][1](value)) {
      refuse(
        `The option "${name}" of ${owner} is ${shown(value)}, and must be ${OPTIONS[option][0]}.`,
        "Change it in the configuration of the tests.",
      );
    }
  }
  return options;
}

function refuse(message: string, remedy: string): never {
  throw new Error(describeError(new OffshootError("CONFIG_INVALID", message, { remedy })));
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** A value, short; a text in it is the user's own configuration. */
function shown(value: unknown): string {
  return typeof value === "object" && value !== null ? "an object or a list" : (JSON.stringify(value)?.slice(0, 60) ?? typeof value);
}
