import { OffshootError } from "../errors.ts";
import { nearest } from "../nearest.ts";

/** The names of all options of the library's functions. A test holds them together with the types. */
export const OPTION_NAMES: readonly string[] =
  "cwd env signal hurry onEvent progress config settings conceal now actual after all allRepositories also alternatives apply args before command compare configure container dryRun everyMs expected failOn file files for force fresh from grace idleMs ignore keep keepOnFailure last lines literals log match metrics migrate must mustNot name offline olderThanMs onStart outbound pid pidFile plan ready reason repair replace require restarts retry service spec terminal token traffic update url within work workName yes".split(
    " ",
  );

/**
 * Checks the options of a function of the library, which JavaScript does not check: with a misspelt `settings`, `down` would
 * delete the database of another run. Throws `CONFIG_INVALID` for a value that is not an object, and for a name that no function has.
 */
export function checkOptionNames(options: unknown): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new OffshootError("CONFIG_INVALID", `The options are ${shown(options)}, and must be an object.`, {
      remedy: 'Write them by name, such as { settings: { run: "demo" } }.',
    });
  }
  const unknown = Object.keys(options).find((name) => !OPTION_NAMES.includes(name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, OPTION_NAMES);
  const question = meant === undefined ? "" : ` Did you mean "${meant}"?`;
  throw new OffshootError("CONFIG_INVALID", `No function of offshoot has an option "${unknown}".${question}`, {
    meaning: "Nothing was done.",
    remedy: `Settings such as "run" belong into "settings": { settings: { run: "demo" } }.`,
  });
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return value === null ? "null" : `a ${typeof value}`;
}
