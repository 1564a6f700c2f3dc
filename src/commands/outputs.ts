import type { UpResult } from "./up-in.ts";

/** What later jobs may know of a run's database. None of it is secret: they resolve the URL themselves. */
export interface Outputs extends Readonly<Record<string, string>> {
  readonly provider: string;
  /** `true` or `false`, for conditions in a workflow's file. */
  readonly use_neon: string;
  readonly database_id: string;
  readonly database_name: string;
  /** The run's key: `offshoot env --run RUN_KEY` finds the database from anywhere that reaches the provider. */
  readonly run_key: string;
  /** ISO 8601, or empty where nothing expires by itself. */
  readonly expires_at: string;
  readonly created: string;
  readonly ready_ms: string;
}

export function outputsOf({ database, created, readyMs }: UpResult): Outputs {
  return {
    provider: database.provider,
    use_neon: String(database.provider === "neon"),
    database_id: database.id,
    database_name: database.name,
    run_key: database.tag.run,
    expires_at: database.expiresAt?.toISOString() ?? "",
    created: String(created),
    ready_ms: String(readyMs),
  };
}
