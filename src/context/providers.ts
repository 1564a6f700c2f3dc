import type { Limits, Provider, ProviderName } from "../providers/provider.ts";
import type { Context } from "./context.ts";

/** The configured providers, in order. Their code is loaded only when it is needed. */
export async function configuredProviders(context: Context): Promise<readonly Provider[]> {
  return Promise.all(context.settings.provider.map((name) => loadProvider(name, context)));
}

/** The limits of one call to a provider. */
export function providerLimits(context: Context): Limits {
  return { signal: context.signal, withinMs: context.settings.timeouts.acquireMs, emit: context.emit };
}

/** One provider with its settings. */
export async function loadProvider(name: ProviderName, context: Context): Promise<Provider> {
  const { settings, env, cwd } = context;
  switch (name) {
    case "embedded": {
      const { embeddedProvider } = await import("../providers/local/embedded.ts");
      return embeddedProvider({ env, cwd, major: settings.postgres, idleMs: settings.timeouts.idleMs, baseTtlMs: settings.baseTtlMs });
    }
    case "existing": {
      const { existingProvider } = await import("../providers/existing.ts");
      return existingProvider({ url: settings.existing.url, baseTtlMs: settings.baseTtlMs });
    }
    case "docker": {
      const { dockerProvider } = await import("../providers/docker/docker.ts");
      const { docker, postgres: major, timeouts, baseTtlMs } = settings;
      return dockerProvider({ env, major, image: docker.image, idleMs: timeouts.idleMs, baseTtlMs });
    }
    case "neon": {
      const { neonProvider } = await import("../providers/neon/neon.ts");
      const { project, apiHost, ...choices } = settings.neon;
      const { secretsWithheld } = context.ci;
      return neonProvider({ apiKey: env["NEON_API_KEY"], project, apiHost, secretsWithheld, base: settings.base === true, choices });
    }
  }
}

/** The configured providers that do not refuse now. The others have nothing to find, list or delete. */
export async function usableProviders(context: Context): Promise<readonly Provider[]> {
  const limits = providerLimits(context);
  const answers = await Promise.all(
    (await configuredProviders(context)).map(async (provider) => ({ provider, refusal: await provider.refuse(limits) })),
  );
  return answers.flatMap(({ provider, refusal }) => (refusal === undefined ? [provider] : []));
}
