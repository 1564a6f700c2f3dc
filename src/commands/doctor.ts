import type { Source } from "../config/load.ts";
import { isOffshootError } from "../errors.ts";
import type { ProviderName, Refusal } from "../providers/provider.ts";
import type { RunIdentity } from "../identity/run-identity.ts";
import { configuredProviders, providerLimits } from "../context/providers.ts";
import { type CommonOptions, type Context, prepare } from "../context/context.ts";
import { findProject, migrationDirectory } from "../context/migrations.ts";

export interface DoctorOptions extends CommonOptions {}

/** What offshoot would do in this repository and environment. */
export interface Diagnosis {
  readonly run: RunIdentity;
  readonly name: string;
  readonly ci: string;
  /** The configuration file; undefined when none was found. */
  readonly file: string | undefined;
  /** Each setting with its value, as text without secrets, and its origin. */
  readonly settings: readonly { readonly key: string; readonly value: string; readonly source: Source }[];
  /** Configured providers in order. The first one without a refusal is chosen. */
  readonly providers: readonly { readonly name: ProviderName; readonly refusal: Refusal | undefined }[];
  readonly chosen: ProviderName | undefined;
  readonly migrations: DiagnosedMigrations;
  readonly warnings: readonly string[];
  readonly node: string;
}

/** How the migrations would run. */
export interface DiagnosedMigrations {
  /** The migration tool that is set or was detected, and the file that shows its use. */
  readonly tool?: string;
  readonly evidence?: string;
  /** Undefined when there are no migrations, or when `problem` is set. */
  readonly command: string | undefined;
  readonly directory: string;
  /** Names of the newest migrations; missing without a migration tool. */
  readonly heads?: readonly string[];
  /** Why the migrations cannot run. */
  readonly problem?: string;
}

/** Reports which provider would be chosen and why, every setting, and what is missing. Changes nothing. */
export async function doctor(options: DoctorOptions = {}): Promise<Diagnosis> {
  const context = await prepare(options);
  const providers = await Promise.all(
    (await configuredProviders(context)).map(async (provider) => ({
      name: provider.name,
      refusal: await provider.refuse(providerLimits(context)),
    })),
  );
  // After a refusal without fallback, no further provider is tried.
  const decisive = providers.find(({ refusal }) => refusal === undefined || !refusal.mayFallBack);
  return {
    run: context.run,
    name: context.name,
    ci: context.ci.service,
    file: context.resolved.file,
    settings: Object.entries(context.resolved.sources).map(([key, source]) => ({ key, value: context.resolved.values[key] ?? "", source })),
    providers,
    chosen: decisive?.refusal === undefined ? decisive?.name : undefined,
    migrations: await diagnoseMigrations(context),
    warnings: context.resolved.warnings,
    node: process.versions.node,
  };
}

async function diagnoseMigrations(context: Context): Promise<DiagnosedMigrations> {
  const directory = migrationDirectory(context);
  const { command } = context.settings.migrations;
  if (command !== undefined) return { command, directory };
  const { headsOf } = await import("../migration-tools/revisions.ts");
  try {
    const located = await findProject(context);
    if (located === undefined) return { command, directory };
    const { project } = located;
    const { tool, evidence, revisions } = project;
    const heads = headsOf(revisions).map(({ name }) => name);
    return { tool, evidence, command: project.command, directory: located.directory, heads };
  } catch (thrown) {
    if (!isOffshootError(thrown)) throw thrown;
    return { command, directory, problem: `${thrown.message} ${thrown.remedy ?? ""}`.trim() };
  }
}
