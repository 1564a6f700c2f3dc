import { type Env, verifiesNoCertificate } from "../environment.ts";
import { OffshootError } from "../errors.ts";
import { isLoopback } from "../loopback.ts";
import { isWithheld, type OwnSecret, PASS_SECRETS_REMEDY } from "../own-secrets.ts";
import { findCaBundle } from "../postgres/ca-bundle.ts";
import { nodeAuthorities } from "../postgres/node-authorities.ts";
import { cacheFolder } from "../process/cache-folder.ts";
import type { Limits, Provider, ProviderName } from "../providers/provider.ts";
import type { Context } from "./context.ts";
import { neonNames } from "./neon-names.ts";
import { type RecordedPlace, recordedPlace } from "./place.ts";

/** The configured providers, in order. Their code is loaded only when it is needed. */
export async function configuredProviders(context: Context): Promise<readonly Provider[]> {
  return Promise.all(context.settings.provider.map((name) => loadProvider(name, context)));
}

/**
 * The providers that can have this run's database: first the local server that has it after a fallback, so that no command of the run
 * asks the provider again that refused; then the configured ones; and last the local server on which an earlier command with other
 * settings has created it.
 */
export async function providersOfRun(context: Context): Promise<readonly Provider[]> {
  const elsewhere = await providerElsewhere(context);
  const configured = await configuredProviders(context);
  if (elsewhere === undefined) return configured;
  const { provider, isFallback } = elsewhere;
  return isFallback ? [provider, ...configured.filter(({ name }) => name !== provider.name)] : [...configured, provider];
}

/** The provider that has the run's database although the settings do not lead there first, if the database still exists. */
export async function providerElsewhere(
  context: Context,
): Promise<{ readonly provider: Provider; readonly isFallback: boolean } | undefined> {
  const recorded = await recordedPlace(context);
  if (recorded === undefined) return undefined;
  const { place, isSameWish: isFallback } = recorded;
  if (isFallback && context.settings.provider[0] === place.provider) return undefined;
  const provider = await providerAt(recorded, context);
  return provider && { provider, isFallback };
}

/** The provider of a recorded place, if the run's database still exists there. With other settings only a server of this machine. */
export async function providerAt({ place, isSameWish }: RecordedPlace, context: Context): Promise<Provider | undefined> {
  if (!isSameWish && place.provider !== "docker" && place.provider !== "embedded") return undefined;
  const { major: postgres, image } = place;
  const provider = await loadProvider(place.provider, { ...context, settings: { ...context.settings, postgres, docker: { image } } });
  // A server that does not answer has no database for this command.
  const listed = await provider.list(providerLimits(context)).catch(() => []);
  return listed.some(({ name, tag }) => name === context.name && tag !== undefined) ? provider : undefined;
}

/** The limits of one call to a provider. */
export function providerLimits(context: Context): Limits {
  return { signal: context.signal, withinMs: context.settings.timeouts.acquireMs, emit: context.emit };
}

/** How many bases a local server keeps if the setting `cache.bases` is not set. */
const LOCAL_BASES = 10;

/** One provider with its settings. */
export async function loadProvider(name: ProviderName, context: Context): Promise<Provider> {
  const { settings, env, cwd } = context;
  const baseLimits = { count: settings.cache.bases ?? LOCAL_BASES, bytes: settings.cache.bytes };
  switch (name) {
    case "embedded": {
      const { embeddedProvider } = await import("../providers/local/embedded.ts");
      return embeddedProvider({
        env,
        cwd,
        major: settings.postgres,
        idleMs: settings.timeouts.idleMs,
        baseTtlMs: settings.baseTtlMs,
        baseLimits,
      });
    }
    case "existing": {
      if (settings.existing.url === undefined) requirePassed(context, "OFFSHOOT_EXISTING_URL", "existing");
      const { existingProvider } = await import("../providers/existing.ts");
      return existingProvider({ ...settings.existing, baseTtlMs: settings.baseTtlMs, baseLimits });
    }
    case "docker": {
      const { dockerProvider } = await import("../providers/docker/docker.ts");
      const { docker, postgres: major, timeouts, baseTtlMs } = settings;
      return dockerProvider({ env, major, image: docker.image, idleMs: timeouts.idleMs, baseTtlMs, baseLimits });
    }
    case "neon": {
      requirePassed(context, "NEON_API_KEY", "neon");
      requireVerified(context);
      const { neonProvider } = await import("../providers/neon/neon.ts");
      const { project, apiHost, allowHttp: _, ...choices } = settings.neon;
      const { secretsWithheld } = context.ci;
      const [apiKey, rootFile] = [env["NEON_API_KEY"], await rootFileOf(env)];
      const names = project === undefined ? undefined : neonNames(env, `${apiHost ?? ""} ${project}`);
      return neonProvider({ apiKey, project, apiHost, secretsWithheld, base: settings.base === true, choices, rootFile, names });
    }
  }
}

/** The API key must not be sent to a server that nobody verified. Throws `PROVIDER_REJECTED`. */
function requireVerified({ env, settings: { neon } }: Context): void {
  const isLocal = neon.apiHost !== undefined && isLoopback(new URL(neon.apiHost).hostname);
  if ((env["NEON_API_KEY"] ?? "") === "" || isLocal || neon.allowHttp || !verifiesNoCertificate(env)) return;
  throw new OffshootError("PROVIDER_REJECTED", "neon: NODE_TLS_REJECT_UNAUTHORIZED is 0, so Node.js verifies no certificate.", {
    meaning: "The API key would be sent to whoever answers. It was not sent.",
    remedy: "Unset NODE_TLS_REJECT_UNAUTHORIZED. If your network has an authority of its own, set NODE_EXTRA_CA_CERTS to its file.",
    facts: { provider: "neon", refusal: "unverified" },
  });
}

/** A file with authorities, for programs that verify Neon's certificates with libpq. Undefined if there can be none. */
export async function rootFileOf(env: Env): Promise<string | undefined> {
  const found = await findCaBundle(env);
  if (found !== undefined) return found;
  const folder = cacheFolder(env, process.getuid?.());
  return folder && nodeAuthorities(folder);
}

/**
 * A command that calls offshoot must not get another database than the one that it was started with, only because it has no
 * key. Throws `PROVIDER_REJECTED`.
 */
function requirePassed({ env }: Context, name: OwnSecret, provider: ProviderName): void {
  if (!isWithheld(env, name)) return;
  throw new OffshootError(
    "PROVIDER_REJECTED",
    `${provider}: ${name} is not set, because offshoot withholds it from the commands that it starts.`,
    {
      meaning: "This offshoot was called by such a command. No other provider was tried, because that would be another database.",
      remedy: PASS_SECRETS_REMEDY,
      facts: { provider, refusal: "withheld" },
    },
  );
}
