import { OffshootError } from "../errors.ts";
import type { Database, ProviderName } from "../providers/provider.ts";
import { ownCommand } from "../shell-command.ts";
import type { Context } from "./context.ts";

type Of = Pick<Context, "name" | "run" | "settings">;

/**
 * A command that changes the run's database must not use it on a provider that its settings exclude: with `--provider neon`,
 * migrations and tests that pass on a local server would count for Neon. Throws `PROVIDER_REJECTED`.
 */
export function requireWantedProvider({ name, run, settings }: Of, provider: ProviderName): void {
  if (settings.provider.includes(provider)) return;
  const wanted = settings.provider.join(", ");
  throw new OffshootError("PROVIDER_REJECTED", `The run's database ${name} is on ${provider}, and the setting provider is ${wanted}.`, {
    meaning:
      "An earlier command with other settings created it. A run has one database, because a second one would not have what was written into the first. Nothing was created or changed.",
    remedy: `To use this database, set the provider to it: --provider ${provider}. To get one by the settings, delete this one first: ${deletion(run.key)}`,
    facts: { provider, refusal: "elsewhere" },
  });
}

/** The settings lead to another server. A second database of this name would not have what other commands wrote into the first. */
export function warnOfPlace({ emit, name, run }: Context, { provider, postgresMajor }: Database): void {
  const text = `The run's database ${name} is on ${provider}, PostgreSQL ${postgresMajor}, where an earlier command with other settings created it. To get one by the settings, delete it first: ${deletion(run.key)}`;
  emit({ kind: "warning", text });
}

function deletion(run: string): string {
  return ownCommand(["down", "--run", run]);
}
