import type { CommonOptions, Context } from "../context/context.ts";
import { handedOut } from "../context/copied-state.ts";
import { inContext } from "../context/in-context.ts";
import { isForced, ownerIn, requireOwner } from "../context/owner.ts";
import { inPhase } from "../context/phase.ts";
import { providerLimits, providersOfRun } from "../context/providers.ts";
import { missingDatabase, requireRunDatabase } from "../context/target-database.ts";
import type { Database } from "../providers/provider.ts";
import { secretsOf } from "../providers/variables.ts";
import { ownCommand } from "../shell-command.ts";
import { replaceContents } from "../usage/alone.ts";
import type { ResetOptions, ResetResult } from "./reset.ts";
import { requireName, requireSnapshot, snapshotsOf } from "./snapshot.ts";

export interface RestoreOptions extends CommonOptions, Pick<ResetOptions, "force"> {
  /** The name of the snapshot. */
  readonly name: string;
}

export type RestoreResult = Pick<ResetResult, "database" | "sameUrl">;

/**
 * Replaces the contents of this run's database by those of a snapshot, under the same URL. The snapshot is kept. Everything that was
 * written into the database since is lost, and its sessions end.
 *
 * Throws `USAGE` with the names of the snapshots that exist; `RUN_UNKNOWN`; `PROTECTED` when others use the database;
 * `NOT_OURS`; `PROVIDER_REJECTED`.
 */
export async function restore(options: RestoreOptions): Promise<RestoreResult> {
  return inContext(options, (context) => restoreIn(context, options));
}

async function restoreIn(context: Context, options: RestoreOptions): Promise<RestoreResult> {
  requireName(options.name);
  const database = await requireRunDatabase(context);
  const check = (tag: Database["tag"]): void => requireOwner(context, tag, ownerIn(options), "restore", [options.name]);
  check(database.tag);
  const snapshots = snapshotsOf(await providersOfRun(context), database, "restore");
  const limits = providerLimits(context);
  const stored = await requireSnapshot(context, snapshots, options.name, limits);
  const forced = ownCommand(["restore", options.name, "--run", context.run.key, "--force"]);
  const fresh = await inPhase(
    context.emit,
    "restore",
    options.name,
    () =>
      replaceContents(context, database, { done: "restored", force: isForced(options), forced }, async () => {
        const restored = await snapshots.restore(context.name, stored, { check }, limits);
        if (restored === undefined) throw await missingDatabase(context);
        await context.conceal(secretsOf(restored));
        return restored;
      }),
    ({ name, provider }) => `${provider} database ${name} restored from ${options.name}`,
  );
  return { database: handedOut(fresh, context), sameUrl: fresh.directUrl === database.directUrl };
}
