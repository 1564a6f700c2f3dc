import type { Path, RowOf } from "./fields.ts";
import type { ProviderChoice, Settings } from "./settings.ts";
import type { Entry } from "./sources.ts";
import type { KindValues } from "./kind-values.ts";

/** The type of a setting's value. A setting without a default can be undefined. */
export type ValueOf<P extends Path> =
  RowOf<P> extends { readonly default: string } ? KindValues[RowOf<P>["kind"]] : KindValues[RowOf<P>["kind"]] | undefined;

/** For each setting that has a value, the entry from the strongest source. */
export type EffectiveEntries = ReadonlyMap<Path, Entry>;

/** The value of a setting, with its type. */
export function valueOf<P extends Path>(entries: EffectiveEntries, path: P): ValueOf<P> {
  return entries.get(path)?.value as ValueOf<P>;
}

// `existing` needs a URL from the user, so it is never chosen automatically.
const AUTO: readonly ProviderChoice[] = ["neon", "docker", "embedded"];

/** Builds the settings from the effective entries. The result and all its parts are frozen. */
export function assembleSettings(entries: EffectiveEntries): Settings {
  const get = <P extends Path>(path: P): ValueOf<P> => valueOf(entries, path);
  const provider = get("provider");
  return freeze({
    provider: provider === "auto" ? AUTO : typeof provider === "string" ? [provider] : provider,
    auto: provider === "auto",
    run: get("run"),
    scope: get("scope"),
    ttlMs: get("ttl"),
    postgres: get("postgres"),
    neon: {
      project: get("neon.project"),
      parent: get("neon.parent"),
      parentAt: get("neon.parentAt"),
      database: get("neon.database"),
      role: get("neon.role"),
      schemaOnly: get("neon.schemaOnly"),
      anonymized: get("neon.anonymized") || get("neon.maskingRules").length > 0,
      maskingRules: get("neon.maskingRules"),
      compute: { min: get("neon.compute.min"), max: get("neon.compute.max"), suspendMs: get("neon.compute.suspend") },
      sslmode: get("neon.sslmode"),
      apiHost: get("neon.apiHost"),
      allowHttp: get("neon.allowHttp"),
    },
    docker: { image: get("docker.image") },
    existing: { url: get("existing.url"), clones: get("existing.clones") },
    migrations: {
      tool: get("migrations.tool"),
      command: get("migrations.command"),
      files: get("migrations.files"),
      env: get("migrations.env"),
      directory: get("migrations.directory"),
      folder: get("migrations.folder"),
      irreversible: get("migrations.irreversible"),
      fence: get("migrations.fence"),
      steps: get("migrations.steps"),
      seedExisting: get("migrations.seedExisting"),
      production: get("migrations.production"),
    },
    base: get("base"),
    psql: get("psql"),
    baseTtlMs: get("baseTtl"),
    cache: { bases: get("cache.bases"), bytes: get("cache.size") },
    audit: { spec: get("audit.spec"), baseline: get("audit.baseline"), failOn: get("audit.failOn") },
    check: { workflow: { require: get("check.workflow.require") } },
    comment: get("comment"),
    commentOutput: get("commentOutput"),
    passSecrets: get("passSecrets"),
    drift: { ignore: get("drift.ignore"), compare: get("drift.compare") },
    sweep: { also: get("sweep.also") },
    rehearse: {
      beforeMigrations: get("rehearse.beforeMigrations"),
      blockedReadsMs: get("rehearse.blockedReads"),
      blockedWritesMs: get("rehearse.blockedWrites"),
      durationMs: get("rehearse.duration"),
      outbound: get("rehearse.outbound"),
      rewriteBytes: get("rehearse.rewrite"),
      severities: get("rehearse.severities"),
      tables: get("rehearse.tables"),
    },
    timeouts: {
      acquireMs: get("timeouts.acquire"),
      migrateMs: get("timeouts.migrate"),
      waitMs: get("timeouts.wait"),
      leaseMs: get("timeouts.lease"),
      idleMs: get("timeouts.idle"),
      commandGraceMs: get("timeouts.commandGrace"),
    },
  });
}

function freeze<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) if (typeof part === "object" && part !== null) freeze(part as object);
  return Object.freeze(value);
}
