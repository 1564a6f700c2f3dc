import { isOffshootError, OffshootError } from "../errors.ts";
import type { Database, Limits, Provider, Refusal, Wanted } from "./provider.ts";

/** The database that was got, and why each earlier candidate could not serve. */
export interface Chosen {
  readonly database: Database;
  readonly refusals: readonly Refusal[];
}

/**
 * Asks the candidates in order; the first that serves wins. Every refusal is reported and kept. Throws
 * `PROVIDER_REJECTED` at a refusal that may not be papered over, `NO_PROVIDER` with all reasons when none is left,
 * and whatever a provider throws: a fault is no reason to fall back.
 */
export async function chooseDatabase(
  candidates: readonly Provider[],
  wanted: Wanted | ((provider: Provider) => Wanted),
  limits: Limits,
): Promise<Chosen> {
  const refusals: Refusal[] = [];
  const end = performance.now() + limits.withinMs;
  for (const provider of candidates) {
    const want = typeof wanted === "function" ? wanted(provider) : wanted;
    const answer = await provider.acquire(want, { ...limits, withinMs: Math.max(0, end - performance.now()) });
    if (answer.kind === "database") return { database: answer, refusals };
    limits.emit({ kind: "refusal", provider: answer.provider, code: answer.code, text: answer.text });
    if (!answer.mayFallBack) throw rejected(answer);
    refusals.push(answer);
  }
  throw noProvider(refusals);
}

/**
 * The run's database with the first candidate that has it. A run is never looked for by creating anything. Where a
 * candidate is out of reach the others are asked all the same: the run may have fallen back to one of them. Throws
 * `PROVIDER_OUTAGE` where none of those has it.
 */
export async function findDatabase(candidates: readonly Provider[], name: string, limits: Limits): Promise<Database | undefined> {
  const end = performance.now() + limits.withinMs;
  let outage: OffshootError | undefined;
  for (const [index, provider] of candidates.entries()) {
    const leftMs = Math.max(0, end - performance.now());
    // Each of those behind keeps a share of the time, however long this one is silent.
    const withinMs = index === candidates.length - 1 ? leftMs : leftMs / 2;
    try {
      const found = await provider.find(name, { ...limits, withinMs });
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
    meaning: "No other provider was tried: that would hide the fault.",
    remedy,
    facts: { provider, refusal: code },
  });
}

function noProvider(refusals: readonly Refusal[]): OffshootError {
  const reasons = refusals.map(({ provider, text, remedy }) => `  ${provider}: ${text}${remedy === undefined ? "" : ` ${remedy}`}`);
  return new OffshootError("NO_PROVIDER", "No provider can give a database.", {
    meaning: reasons.length === 0 ? "None was asked for." : reasons.join("\n"),
    remedy: "`offshoot doctor` shows what each provider needs.",
    facts: { providers: refusals.map(({ provider }) => provider).join(", "), refusals: refusals.map(({ code }) => code).join(", ") },
  });
}
