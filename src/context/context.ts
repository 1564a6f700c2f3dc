import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { withoutUnexpandedMacros } from "../ci/azure.ts";
import type { CiContext } from "../ci/ci.ts";
import { detectCi, eventPath } from "../ci/detect.ts";
import { loadSettings, type Resolved } from "../config/load.ts";
import type { Settings } from "../config/settings.ts";
import type { Env } from "../environment.ts";
import { type Listener, silent } from "../events.ts";
import { branchName } from "../identity/name.ts";
import { identifyRun, type RunIdentity } from "../identity/run-identity.ts";
import { readCheckout } from "../identity/checkout.ts";

/** Hides secrets from whoever reads what the process says. */
export type Conceal = (secrets: readonly string[]) => void | Promise<void>;

/** What every command takes. All of it is optional; the defaults are the process's own. */
export interface CommonOptions {
  /** Where the configuration is searched from; default the process's working directory. */
  readonly cwd?: string | undefined;
  /** Default `process.env`. */
  readonly env?: Env | undefined;
  /** Ends the command early: what it created is released or named. */
  readonly signal?: AbortSignal | undefined;
  /** Hears what happens while it happens; default nobody. */
  readonly onEvent?: Listener | undefined;
  /** Path of the configuration file; default `offshoot.yaml`, searched upwards. */
  readonly config?: string | undefined;
  /** Settings by key path, such as `{ provider: "embedded", "migrations.command": "…" }`; stronger than env and file. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  /** Is given each secret before anything is said that could hold it, for example to mask it in a CI log; default nobody. */
  readonly conceal?: Conceal | undefined;
  /** The clock; default the machine's. */
  readonly now?: (() => Date) | undefined;
}

/** Everything that is decided before anything is touched. */
export interface Context {
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  readonly emit: Listener;
  readonly conceal: Conceal;
  readonly now: () => Date;
  readonly resolved: Resolved;
  readonly settings: Settings;
  readonly ci: CiContext;
  readonly run: RunIdentity;
  /** The name of the run's database on every provider. */
  readonly name: string;
  /** Strings that no output may hold. */
  readonly secrets: readonly string[];
  /** Who leads, for those who wait. */
  readonly owner: { readonly host: string; readonly pid: number; readonly job?: string };
}

/** Reads environment, configuration and checkout once, and decides who asks. Throws `CONFIG_INVALID` and its kin. */
export async function prepare(options: CommonOptions): Promise<Context> {
  const cwd = options.cwd ?? process.cwd();
  const env = withoutUnexpandedMacros(options.env ?? process.env);
  const ci = detectCi(env, await readEvent(env));
  const resolved = await loadSettings({
    cwd,
    env,
    flags: options.settings ?? {},
    ...(options.config === undefined ? {} : { file: options.config }),
  });
  const { settings } = resolved;
  const secrets = [env["NEON_API_KEY"] ?? ""].filter((secret) => secret !== "");
  const conceal = options.conceal ?? (() => {});
  await conceal(secrets);
  const source = resolved.sources["run"]?.from;
  const run = identifyRun({
    ci: ci.isCi ? ci.facts : undefined,
    ...(settings.run === undefined
      ? {}
      : { runName: settings.run, runNameSource: source === "env" || source === "file" ? source : "flag" }),
    scope: settings.scope,
    local: await readCheckout(cwd, env),
  });
  const emit = options.onEvent ?? silent;
  const { repository, pullRequest, invocation, attempt, shard } = run;
  emit({ kind: "run", repository, pullRequest, invocation, attempt, shard, comment: settings.comment });
  return {
    cwd,
    env,
    signal: options.signal ?? new AbortController().signal,
    emit,
    conceal,
    now: options.now ?? (() => new Date()),
    resolved,
    settings,
    ci,
    run,
    name: branchName(run),
    secrets,
    owner: { host: hostname(), pid: process.pid, ...(ci.facts.job === undefined ? {} : { job: ci.facts.job }) },
  };
}

/** GitHub's event payload, where there is one. One that can't be read is as good as none: its facts are extras. */
async function readEvent(env: Env): Promise<unknown> {
  const path = eventPath(env);
  if (path === undefined) return undefined;
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}
