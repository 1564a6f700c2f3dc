import { OffshootError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { checkOptionValues, OPTION_NAMES, shown } from "./option-values.ts";

/**
 * Checks the options of a function of the library, which JavaScript does not check: with a misspelt `settings`, `down` would
 * delete the database of another run. Throws `CONFIG_INVALID` for a value that is not an object, for a name that no function has,
 * and for a value of another type.
 */
export function checkOptionNames(options: unknown): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new OffshootError("CONFIG_INVALID", `The options are ${shown(options)}, and must be an object.`, {
      remedy: 'Write them by name, such as { settings: { run: "demo" } }.',
    });
  }
  const unknown = Object.keys(options).find((name) => !OPTION_NAMES.includes(name));
  if (unknown === undefined) {
    checkOptionValues(options);
    return;
  }
  const meant = nearest(unknown, OPTION_NAMES);
  const question = meant === undefined ? "" : ` Did you mean "${meant}"?`;
  throw new OffshootError("CONFIG_INVALID", `No function of offshoot has an option "${unknown}".${question}`, {
    meaning: "Nothing was done.",
    remedy: `Settings such as "run" belong into "settings": { settings: { run: "demo" } }.`,
  });
}
