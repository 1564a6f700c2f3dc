import type { ProviderName, Refusal } from "./refusal.ts";

/**
 * The refusal of a provider that has another major version than the setting `postgres` wants. Nothing was created, and another
 * provider is not used: the user must decide which of the two to change.
 */
export function otherMajor(provider: ProviderName, where: string, has: number, wanted: number): Refusal {
  const others = provider === "docker" ? "remove docker.image" : "use another provider, such as --provider docker";
  return {
    kind: "refusal",
    provider,
    code: "postgres-version",
    text: `${where} has PostgreSQL ${has}, but the setting postgres is ${wanted}.`,
    remedy: `Set postgres (--postgres, OFFSHOOT_POSTGRES) to ${has}, or remove it. To get PostgreSQL ${wanted}, ${others}.`,
    mayFallBack: false,
  };
}
