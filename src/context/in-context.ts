import { withCleanErrors } from "./clean-errors.ts";
import { type CommonOptions, type Context, prepare } from "./context.ts";
import { lostConnection } from "./lost-server.ts";
import { checkOptionNames } from "./option-names.ts";
import { requireOptions } from "./option-values.ts";

/**
 * Prepares the context of a command, and works in it. No error has a secret of the settings or of the environment: one can be in
 * the place of a name. Throws `CONFIG_INVALID` for an option that no function has and for a missing one that is required, before
 * anything else is looked at, `CONNECTION_FAILED` where a connection to a server was lost, and what `prepare` and `work` throw.
 */
export async function inContext<Result>(
  options: CommonOptions,
  work: (context: Context) => Promise<Result>,
  required: Readonly<Record<string, string>> = {},
): Promise<Result> {
  checkOptionNames(options);
  requireOptions(options, required);
  const context = await prepare(options);
  return withCleanErrors(context, () => work(context).catch((thrown: unknown) => Promise.reject(lostConnection(thrown))));
}
