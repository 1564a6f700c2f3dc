import { candidates, limitsOf } from "./candidates.ts";
import { type CommonOptions, prepare } from "./context.ts";
import type { Source } from "./config/load.ts";
import type { ProviderName, Refusal } from "./providers/provider.ts";
import type { Run } from "./run/run.ts";

export interface DoctorOptions extends CommonOptions {}

export interface Diagnosis {
  readonly run: Run;
  readonly name: string;
  readonly ci: string;
  /** The configuration file, where one was found. */
  readonly file: string | undefined;
  /** Each setting with its value, as text without secrets, and where it comes from. */
  readonly settings: readonly { readonly key: string; readonly value: string; readonly source: Source }[];
  /** Candidates in order; the first without a refusal would be chosen. */
  readonly providers: readonly { readonly name: ProviderName; readonly refusal: Refusal | undefined }[];
  readonly chosen: ProviderName | undefined;
  readonly warnings: readonly string[];
  readonly node: string;
}

/** What would be chosen and why, and what is missing. Changes nothing. */
export async function doctor(options: DoctorOptions = {}): Promise<Diagnosis> {
  const context = await prepare(options);
  const providers = await Promise.all(
    (await candidates(context)).map(async (provider) => ({ name: provider.name, refusal: await provider.refuse(limitsOf(context)) })),
  );
  // A refusal that may not be passed over ends the list: nothing behind it would be asked.
  const decisive = providers.find(({ refusal }) => refusal === undefined || !refusal.mayFallBack);
  return {
    run: context.run,
    name: context.name,
    ci: context.ci.service,
    file: context.resolved.file,
    settings: Object.entries(context.resolved.sources).map(([key, source]) => ({ key, value: context.resolved.values[key] ?? "", source })),
    providers,
    chosen: decisive?.refusal === undefined ? decisive?.name : undefined,
    warnings: context.resolved.warnings,
    node: process.versions.node,
  };
}
