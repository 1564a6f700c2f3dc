import { hostname } from "node:os";
import { withoutUnexpandedMacros } from "../ci/azure.ts";
import type { CiContext } from "../ci/ci.ts";
import { detectCi, eventPath } from "../ci/detect.ts";
import { areFromFlags } from "../config/flag-settings.ts";
import { loadSettings, type Resolved } from "../config/load.ts";
import type { SettingValues } from "../config/setting-values.ts";
import type { Settings } from "../config/settings.ts";
import { misspeltVariables } from "../config/sources.ts";
import { withoutSecrets } from "../errors.ts";
import type { Env } from "../environment.ts";
import { type Listener, silent } from "../events.ts";
import { branchName } from "../identity/name.ts";
import { identifyRun, type RunIdentity } from "../identity/run-identity.ts";
import type { Owner } from "../readiness/request.ts";
import { directUrl, parseUrl } from "../postgres/url.ts";
import { secretsOf } from "../providers/variables.ts";
import { secretValues } from "../own-secrets.ts";
import { MIB, readText } from "../read-file.ts";
import { readCheckout, readDeveloper } from "../identity/checkout.ts";
import { chosenFolder } from "../process/working-directory.ts";

/** Registers secrets that must not appear in the output, such as in a CI log. */
export type Conceal = (secrets: readonly string[]) => void | Promise<void>;

/** The options of every command. All are optional. */
export interface CommonOptions {
  /** The folder where the search for the configuration file starts; default the working directory of the process. */
  readonly cwd?: string | undefined;
  /** The environment variables; default `process.env`. */
  readonly env?: Env | undefined;
  /** Cancels the command. What it created is deleted; what cannot be deleted is named in a warning or an error. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Aborts after `signal` when there is no time left: the commands that offshoot runs are killed without their grace. What
   * was created is still deleted. Default never.
   */
  readonly hurry?: AbortSignal | undefined;
  /** Called with each event while the command works; default none. */
  readonly onEvent?: Listener | undefined;
  /** Also emit `progress` events while the migrations run, which takes a session of its own. Default false. */
  readonly progress?: boolean | undefined;
  /** Path of the configuration file; default `offshoot.yaml` in `cwd` or the nearest folder above it. */
  readonly config?: string | undefined;
  /**
   * Settings by key path, such as `{ provider: "embedded", "migrations.command": "…" }`. They take precedence over the
   * environment and the configuration file.
   */
  readonly settings?: SettingValues | undefined;
  /** Called with each secret before any output could contain it, for example to mask it in a CI log; default none. */
  readonly conceal?: Conceal | undefined;
  /** The clock; default `() => new Date()`. */
  readonly now?: (() => Date) | undefined;
}

/** What a command works with: its settings, its run and its environment. All of it is decided before the command acts. */
export interface Context {
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  /** Aborts when commands must be killed without their grace. */
  readonly hurry: AbortSignal;
  readonly emit: Listener;
  readonly progress: boolean;
  readonly conceal: Conceal;
  readonly now: () => Date;
  readonly resolved: Resolved;
  readonly settings: Settings;
  readonly ci: CiContext;
  readonly run: RunIdentity;
  /** The name of the run's database on every provider. */
  readonly name: string;
  /** The git folder of the checkout; undefined outside of git. */
  readonly git: string | undefined;
  /** Texts that no output may contain. */
  readonly secrets: readonly string[];
  /** This process, as waiting jobs see it when it runs the migrations. */
  readonly owner: Owner;
}

/**
 * Reads the environment, the configuration and the checkout, and determines the run. Throws `CONFIG_INVALID`,
 * `CONFIG_UNREADABLE`, and `USAGE` when the run cannot be identified.
 */
export async function prepare(options: CommonOptions): Promise<Context> {
  const cwd = await chosenFolder(options.cwd);
  const env = withoutUnexpandedMacros(options.env ?? process.env);
  try {
    return await prepareWith(options, cwd, env);
  } catch (thrown) {
    throw withoutSecrets(thrown, secretValues(env));
  }
}

async function prepareWith(options: CommonOptions, cwd: string, env: Env): Promise<Context> {
  const ci = detectCi(env, await readEvent(env));
  const given = options.settings ?? {};
  const resolved = await loadSettings({
    cwd,
    env,
    [areFromFlags(given) ? "flags" : "options"]: given,
    ...(options.config === undefined ? {} : { file: options.config }),
  });
  const { settings } = resolved;
  const own = ownSecrets(env, settings);
  const conceal = options.conceal ?? (() => {});
  await conceal(own);
  const source = resolved.sources["run"]?.from;
  const checkout = await readCheckout(cwd);
  const run = identifyRun({
    ci: ci.isCi ? ci.facts : undefined,
    ...(settings.run === undefined
      ? {}
      : { runName: settings.run, runNameSource: source === "env" || source === "file" ? source : "flag" }),
    scope: settings.scope,
    local: ci.isCi ? checkout : { ...checkout, developer: await readDeveloper(checkout, env) },
  });
  const emit = options.onEvent ?? silent;
  const { repository, pullRequest, invocation, attempt, shard } = run;
  emit({
    kind: "run",
    key: run.key,
    name: branchName(run),
    repository,
    pullRequest,
    invocation,
    attempt,
    shard,
    comment: settings.comment,
    commentOutput: settings.commentOutput,
  });
  for (const text of misspeltVariables(env)) emit({ kind: "warning", text });
  return {
    cwd,
    env,
    signal: options.signal ?? new AbortController().signal,
    hurry: options.hurry ?? new AbortController().signal,
    emit,
    progress: options.progress ?? false,
    conceal,
    now: options.now ?? (() => new Date()),
    resolved,
    settings,
    ci,
    run,
    name: branchName(run),
    git: checkout.git,
    secrets: [...new Set([...own, ...secretValues(env)])],
    owner: ownerOf(ci),
  };
}

/**
 * The variable by which an offshoot that a command calls finds this run. A run without a name of its own is found there as it was
 * here: from the CI, or from the person, the checkout and the git branch.
 */
export function variablesOfRun({ run }: Pick<Context, "run">): Readonly<Record<string, string>> {
  return run.source === "flag" || run.source === "file" ? { OFFSHOOT_RUN: run.key } : {};
}

function ownerOf({ facts: { job, shard, jobId, attempt, isAttemptOfJob } }: CiContext): Owner {
  const jobAttempt = isAttemptOfJob === true ? attempt : undefined;
  const known = Object.entries({ job, shard, jobId, jobAttempt }).filter(([, value]) => value !== undefined);
  return { host: hostname(), pid: process.pid, ...Object.fromEntries(known) };
}

/** The secrets that were given to offshoot itself. The CI service already hides the user's other ones. */
function ownSecrets(env: Env, { existing: { url } }: Settings): readonly string[] {
  const given = [env["NEON_API_KEY"]?.trim() ?? "", env["OFFSHOOT_GITHUB_TOKEN"]?.trim() ?? ""];
  const login = url === undefined || isWellKnown(url) ? [] : secretsOf({ url, directUrl: directUrl(url) });
  return [...new Set([...given, ...login])].filter((secret) => secret !== "");
}

/** A service container often has a password that is the name of its user, in a file that everybody can read. */
function isWellKnown(url: string): boolean {
  const { user, password, database } = parseUrl(url);
  return password === user || password === database;
}

/** GitHub limits payloads to 25 MB (documentation, "Webhook events and payloads"). */
const MOST_EVENT_BYTES = 32 * MIB;

/** The event payload of GitHub Actions, if there is one. Its facts are optional, so an unreadable file is ignored. */
async function readEvent(env: Env): Promise<unknown> {
  const path = eventPath(env);
  if (path === undefined) return undefined;
  try {
    return JSON.parse(await readText(path, MOST_EVENT_BYTES));
  } catch {
    return undefined;
  }
}
