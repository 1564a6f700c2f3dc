import { withCleanErrors } from "./clean-errors.ts";
import { type CommonOptions, type Context, prepare } from "./context.ts";
import { checkOptionNames } from "./option-names.ts";

/**
 * Prepares the context of a command, and works in it. No error has a secret of the settings or of the environment: one can be in
 * the place of a name. Throws `CONFIG_INVALID` for an option that no function has,
 * and what `prepare` and `work` throw.
 */
export async function inContext<Result>(options: CommonOptions, work: (context: Context) => Promise<Result>): Promise<Result> {
  checkOptionNames(options);
  const context = await prepare(options);
  return withCleanErrors(context, () => work(context));
}
