import type { ProviderChoice, Settings } from "./settings.ts";
import { valueOf } from "./values.ts";
import type { ValueOf, Winners } from "./values.ts";

// `existing` needs a URL that only the user knows, so it is never chosen by itself.
const AUTO: readonly ProviderChoice[] = ["neon", "docker", "embedded"];

/** The settings that the winning values make up, frozen through and through. */
export function buildSettings(winners: Winners): Settings {
  const get = <P extends Parameters<typeof valueOf>[1]>(path: P): ValueOf<P> => valueOf(winners, path);
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
      anonymized: get("neon.anonymized"),
      compute: { min: get("neon.compute.min"), max: get("neon.compute.max"), suspendMs: get("neon.compute.suspend") },
      apiHost: get("neon.apiHost"),
    },
    docker: { image: get("docker.image") },
    existing: { url: get("existing.url") },
    migrations: {
      tool: get("migrations.tool"),
      command: get("migrations.command"),
      files: get("migrations.files"),
      env: get("migrations.env"),
      directory: get("migrations.directory"),
      folder: get("migrations.folder"),
      irreversible: get("migrations.irreversible"),
    },
    base: get("base"),
    baseTtlMs: get("baseTtl"),
    audit: { spec: get("audit.spec"), failOn: get("audit.failOn") },
    comment: get("comment"),
    drift: { ignore: get("drift.ignore"), compare: get("drift.compare") },
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
