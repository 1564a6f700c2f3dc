import type { ReadinessRequest, Migrated } from "../readiness/readiness.ts";
import { migrateOnce } from "../readiness/readiness.ts";
import { parseUrl } from "../postgres/url.ts";
import type { Context } from "../context/context.ts";
import { isThere, type Located } from "../context/locate.ts";
import type { Migrations } from "../context/migrations.ts";
import { inPhase } from "../context/phase.ts";
import { variablesOf, variablesOfUrl } from "../providers/variables.ts";
import { verifier } from "./verify.ts";

export type { Migrated } from "../readiness/readiness.ts";

/** Runs the migrations once on a database that is located already, or waits for who runs them. Throws what `migrate` throws. */
export async function migrateIn(context: Context, migrations: Migrations, located: Located, retry = false): Promise<Migrated> {
  const variables = located.database === undefined ? variablesOfUrl(located.url) : variablesOf(located.database);
  const keepAsBase = context.settings.base === false ? undefined : located.database?.keepAsBase;
  const request = {
    ...gateRequest(context, migrations, located, retry),
    command: migrations.command,
    cwd: migrations.directory,
    // Migrations need the direct URL under the name that every tool reads.
    env: { ...context.env, ...context.settings.migrations.env, ...variables, DATABASE_URL: located.url, ...migrations.env(located.url) },
    ...verifier(context, located.url, migrations.project),
    ...(keepAsBase === undefined
      ? {}
      : { keepAsBase: (stillTrue: () => Promise<boolean>, signal: AbortSignal) => keepAsBase(migrations.fingerprint, stillTrue, signal) }),
  };
  return inPhase(context.emit, "migrate", "migrations", () => migrateOnce(request), describeMigrated);
}

/** What the gate needs of a context, to lead or to wait. */
export function gateRequest(context: Context, migrations: Migrations, located: Located, retry: boolean): ReadinessRequest {
  const { timeouts } = context.settings;
  return {
    url: located.url,
    run: context.run.key,
    invocation: context.run.invocation,
    attempt: context.run.attempt,
    fingerprint: migrations.fingerprint,
    retry,
    owner: context.owner,
    timings: {
      withinMs: timeouts.migrateMs,
      leaseMs: timeouts.leaseMs,
      heartbeatMs: Math.min(1000, timeouts.leaseMs / 8),
      pollMs: 250,
      graceMs: timeouts.commandGraceMs,
    },
    signal: context.signal,
    emit: context.emit,
    secrets: [...context.secrets, parseUrl(located.url).password],
    isThere: located.database === undefined ? undefined : () => isThere(context, located.url),
  };
}

function describeMigrated(result: Migrated): string {
  const told = { ran: "migrations ran", waited: "migrations ran elsewhere, waited", already: "migrations were there already" };
  return told[result.state];
}
