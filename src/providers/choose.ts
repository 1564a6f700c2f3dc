import { isOffshootError, OffshootError } from "../errors.ts";
import type { Database, Limits, Provider, Refusal, DatabaseRequest } from "./provider.ts";

/** The chosen database, and why each earlier provider refused. */
export interface Chosen {
  readonly database: Database;
  readonly refusals: readonly Refusal[];
}

/**
 * Acquires the database from the first provider that does not refuse. A refusal is emitted if another provider follows, and all of them
 * are returned. Throws `PROVIDER_REJECTED` for a refusal without fallback, `NO_PROVIDER` with all reasons when every provider refuses,
 * and what a provider throws: an error never leads to the next provider.
 */
export async function chooseDatabase(providers: readonly Provider[], request: DatabaseRequest, limits: Limits): Promise<Chosen> {
  const refusals: Refusal[] = [];
  const end = performance.now() + limits.withinMs;
  for (const [index, provider] of providers.entries()) {
    limits.emit({ kind: "status", text: `${provider.name}: creating ${request.name}` });
    const answer = await provider.acquire(request, { ...limits, withinMs: Math.max(0, end - performance.now()) });
    if (answer.kind === "database") return { database: answer, refusals };
    // The error says the same, and that no provider was skipped.
    if (!answer.mayFallBack) throw rejected(answer);
    refusals.push(answer);
    // After the last provider, the error contains the refusal, and nothing was skipped.
    if (index < providers.length - 1) {
      const text = answer.hint === undefined ? answer.text : `${answer.text} ${answer.hint}`;
      limits.emit({ kind: "refusal", provider: answer.provider, code: answer.code, text });
    }
  }
  throw noProvider(refusals);
}

/**
 * The run's database, from the first provider that has it. Nothing is created. When a provider is unreachable, the others
 * are still searched, because the run may have fallen back to one of them. Throws `PROVIDER_OUTAGE` when none of those has
 * the database.
 */
export async function findDatabase(providers: readonly Provider[], name: string, limits: Limits): Promise<Database | undefined> {
  return searchProviders(providers, limits, (provider, own) => provider.find(name, own));
}

/** The first answer of `search` over the providers, in order. Throws as `findDatabase` does. */
export async function searchProviders<T>(
  providers: readonly Provider[],
  limits: Limits,
  search: (provider: Provider, limits: Limits) => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = performance.now() + limits.withinMs;
  let outage: OffshootError | undefined;
  for (const [index, provider] of providers.entries()) {
    const leftMs = Math.max(0, end - performance.now());
    // A provider that does not answer must leave time for the others.
    const withinMs = index === providers.length - 1 ? leftMs : leftMs / 2;
    try {
      const found = await search(provider, { ...limits, withinMs });
      if (found !== undefined) return found;
    } catch (thrown) {
      if (!isOffshootError(thrown) || thrown.code !== "PROVIDER_OUTAGE") throw thrown;
      outage ??= thrown;
    }
  }
  if (outage !== undefined) throw outage;
  return undefined;
}

function rejected({ provider, code, text, remedy }: Refusal): OffshootError {
  return new OffshootError("PROVIDER_REJECTED", `${provider}: ${text}`, {
    meaning: "No other provider was tried, because that would hide this problem.",
    remedy,
    facts: { provider, refusal: code },
  });
}

/** The error when every provider has refused. */
export function noProvider(refusals: readonly Refusal[]): OffshootError {
  const facts = { providers: refusals.map(({ provider }) => provider).join(", "), refusals: refusals.map(({ code }) => code).join(", ") };
  const [only, another] = refusals;
  if (only !== undefined && another === undefined) {
    return new OffshootError(
      "NO_PROVIDER",
      `The provider ${only.provider} cannot provide a database: ${only.text.replace(/[^.!?]$/, "$&.")}`,
      {
        remedy: only.remedy ?? "Run `npx offshoot doctor`: it shows what the provider needs.",
        facts,
      },
    );
  }
  const reasons = refusals.map(
    ({ provider, text, remedy }) => `  ${provider}: ${remedy === undefined ? text : `${text.replace(/[^.!?]$/, "$&.")} ${remedy}`}`,
  );
  return new OffshootError("NO_PROVIDER", "No provider can provide a database.", {
    meaning: reasons.length === 0 ? "No provider is configured." : reasons.join("\n"),
    remedy: "Run `npx offshoot doctor`: it shows what each provider needs.",
    facts,
  });
}
