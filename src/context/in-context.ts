import { withCleanErrors } from "./clean-errors.ts";
import { type CommonOptions, type Context, prepare } from "./context.ts";

/**
 * Prepares the context of a command, and works in it. No error has a secret of the settings or of the environment: one can be in
 * the place of a name. Throws what `prepare` and `work` throw.
 */
export async function inContext<Result>(options: CommonOptions, work: (context: Context) => Promise<Result>): Promise<Result> {
  const context = await prepare(options);
  return withCleanErrors(context, () => work(context));
}
