import { noProvider } from "../providers/choose.ts";
import type { Provider } from "../providers/provider.ts";
import type { Context } from "./context.ts";
import { configuredProviders, loadProvider, providerLimits } from "./providers.ts";

/**
 * The providers (default the configured ones) that do not refuse now, and those that may have databases although they refuse: they report why
 * they cannot be searched. The others have nothing to find, list or delete.
 */
export async function usableProviders(context: Context, providers?: readonly Provider[]): Promise<readonly Provider[]> {
  const limits = providerLimits(context);
  const answers = await Promise.all(
    (providers ?? (await configuredProviders(context))).map(async (provider) => ({ provider, refusal: await provider.refuse(limits) })),
  );
  const usable = answers.flatMap(({ provider, refusal }) => (refusal === undefined || refusal.mayHaveDatabases ? [provider] : []));
  if (usable.length === 0) await requireSettings(context);
  return usable;
}

/**
 * With only one configured provider, "there is nothing" would be wrong if only a setting is missing, such as the key of Neon. Throws
 * `NO_PROVIDER` then. A job from which the CI withholds secrets has created nothing there.
 */
export async function requireSettings(context: Context): Promise<void> {
  const [only, another] = context.settings.provider;
  if (only !== "neon" || another !== undefined || context.ci.secretsWithheld) return;
  const refusal = await (await loadProvider(only, context)).refuse(providerLimits(context));
  if (refusal !== undefined) throw noProvider([refusal]);
}
