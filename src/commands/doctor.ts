import type { Source } from "../config/load.ts";
import { isOffshootError } from "../errors.ts";
import type { Check, ProviderName, Refusal } from "../providers/provider.ts";
import type { RunIdentity } from "../identity/run-identity.ts";
import { configuredProviders, providerElsewhere, providerLimits } from "../context/providers.ts";
import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { type DiagnosedTransport, diagnoseTransport } from "./doctor-transport.ts";
import { missingMigrations } from "../context/expected-migrations.ts";
import { contextOfStep, findProject, migrationDirectory } from "../context/find-project.ts";

export interface DoctorOptions extends CommonOptions {
  /** Call neither Neon, nor Docker, nor the server of `existing`: show only what this machine's files and settings say. Default false. */
  readonly offline?: boolean | undefined;
}

/** What one configured provider would do. */
export interface DiagnosedProvider {
  readonly name: ProviderName;
  /** Why it would be skipped. */
  readonly refusal: Refusal | undefined;
  /** What was checked, in order; empty with `offline`. */
  readonly checks: readonly Check[];
  /** What `offshoot up` would do with it, as a phrase. Undefined when it would fail, and with `offline`. */
  readonly action: string | undefined;
}

/** What offshoot would do in this repository and environment. */
export interface Diagnosis {
  readonly run: RunIdentity;
  readonly name: string;
  readonly ci: string;
  /** The configuration file; undefined when none was found. */
  readonly file: string | undefined;
  /** Each setting with its value, as text without secrets, and its origin. */
  readonly settings: readonly { readonly key: string; readonly value: string; readonly source: Source }[];
  /** Configured providers in order. The first one without a refusal is chosen, unless the run's database exists with another one. */
  readonly providers: readonly DiagnosedProvider[];
  readonly chosen: ProviderName | undefined;
  /** What `offshoot up` would do now, as a sentence. */
  readonly outlook: string;
  /** Whether a check of the chosen provider failed, so that `offshoot up` would fail. */
  readonly failed: boolean;
  /** How connections to the chosen provider's database are protected. Undefined without one. */
  readonly transport: DiagnosedTransport | undefined;
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
  /** Set when the configuration has a list of steps. The other fields then have no tool and no command. */
  readonly steps?: readonly DiagnosedStep[];
}

/** One of several steps of the migrations. */
export interface DiagnosedStep extends Omit<DiagnosedMigrations, "steps"> {
  readonly name: string;
  readonly seed?: "once" | "repeatable";
}

/**
 * Reports which provider would be chosen and why, what it would do, every setting, and what is missing. Changes nothing. Calls
 * each configured provider until one can serve: Neon's API at most four times, Docker's engine, the server of `existing`. What
 * is wrong is a failed check and no error.
 */
export async function doctor(options: DoctorOptions = {}): Promise<Diagnosis> {
  return inContext(options, (context) => doctorIn(context, options));
}

async function doctorIn(context: Context, options: DoctorOptions): Promise<Diagnosis> {
  const migrations = await diagnoseMigrations(context);
  const providers = await diagnoseProviders(context, options.offline ?? false);
  // After a refusal without fallback, no further provider is tried.
  const existing = options.offline === true ? undefined : (await providerElsewhere(context))?.provider.name;
  const decisive = providers.find(({ refusal }) => refusal === undefined || !refusal.mayFallBack);
  const first = decisive?.refusal === undefined ? decisive : undefined;
  const isExcluded = existing !== undefined && !context.settings.provider.includes(existing);
  const chosen = existing === undefined ? first?.name : isExcluded ? undefined : existing;
  const failed = existing === undefined && (first?.checks.some(({ state }) => state === "failed") ?? false);
  return {
    run: context.run,
    name: context.name,
    ci: context.ci.service,
    file: context.resolved.file,
    settings: Object.entries(context.resolved.sources).map(([key, source]) => ({ key, value: context.resolved.values[key] ?? "", source })),
    providers,
    chosen,
    outlook: existing === undefined ? outlookOf(first, failed, options.offline ?? false) : outlookElsewhere(context, existing, isExcluded),
    failed,
    transport: chosen && (await diagnoseTransport(context, chosen, migrations.command)),
    migrations,
    warnings: context.resolved.warnings,
    node: process.versions.node,
  };
}

/** Providers whose `refuse` makes no call: it looks at settings and files only. */
const WITHOUT_CALLS: ReadonlySet<ProviderName> = new Set(["neon", "embedded"]);

/** Providers after the one that is chosen are not called, because `up` does not call them either. */
async function diagnoseProviders(context: Context, offline: boolean): Promise<readonly DiagnosedProvider[]> {
  const limits = providerLimits(context);
  const found: DiagnosedProvider[] = [];
  let isDecided = false;
  for (const provider of await configuredProviders(context)) {
    const { name } = provider;
    const isCalled: boolean = !offline && !isDecided;
    const examined = isCalled ? await provider.examine(context.name, limits, context.settings.postgres) : undefined;
    const refusal = examined?.refusal ?? (!isCalled && WITHOUT_CALLS.has(name) ? await provider.refuse(limits) : undefined);
    const diagnosed: DiagnosedProvider = { name, refusal, checks: examined?.checks ?? [], action: examined?.action };
    isDecided ||= diagnosed.refusal === undefined || !diagnosed.refusal.mayFallBack;
    found.push(diagnosed);
  }
  return found;
}

/** What `up` does while the run's database exists on another server than the one to which the settings lead first. */
function outlookElsewhere({ name, settings }: Context, provider: ProviderName, isExcluded: boolean): string {
  return isExcluded
    ? `\`offshoot up\` would fail: the run's database ${name} is on ${provider}, and the setting provider is ${settings.provider.join(", ")}.`
    : `\`offshoot up\` would adopt the database ${name} (${provider}), which an earlier command of this run created.`;
}

function outlookOf(chosen: DiagnosedProvider | undefined, failed: boolean, offline: boolean): string {
  if (chosen === undefined) return "`offshoot up` would fail: no provider can provide a database.";
  if (offline) return `\`offshoot up\` would try ${chosen.name} first. Nothing was asked, because of --offline.`;
  return failed || chosen.action === undefined
    ? `\`offshoot up\` would fail on ${chosen.name}. See the failed checks.`
    : `\`offshoot up\` would ${chosen.action} (${chosen.name}).`;
}

async function diagnoseMigrations(context: Context): Promise<DiagnosedMigrations> {
  const { steps } = context.settings.migrations;
  if (steps === undefined) return diagnoseStep(context);
  return {
    command: undefined,
    directory: migrationDirectory(context),
    steps: await Promise.all(
      steps.map(async (step) => ({
        name: step.name,
        ...(step.seed === undefined ? {} : { seed: step.seed }),
        ...(await diagnoseStep(contextOfStep(context, step))),
      })),
    ),
  };
}

async function diagnoseStep(context: Context): Promise<DiagnosedMigrations> {
  const directory = migrationDirectory(context);
  const { command } = context.settings.migrations;
  if (command !== undefined) return { command, directory };
  const { headsOf } = await import("../migration-tools/revisions.ts");
  try {
    const located = await findProject(context);
    if (located === undefined) {
      const missing = context.settings.migrations.tool === "none" ? undefined : await missingMigrations(context);
      if (missing !== undefined) throw missing;
      return { command, directory };
    }
    const { project } = located;
    const { tool, evidence, revisions, strays = [] } = project;
    const heads = [...headsOf(revisions).map(({ name }) => name), ...strays];
    return { tool, evidence, command: project.shown ?? project.command, directory: located.directory, heads };
  } catch (thrown) {
    if (!isOffshootError(thrown)) throw thrown;
    return { command, directory, problem: `${thrown.message} ${thrown.remedy ?? ""}`.trim() };
  }
}
