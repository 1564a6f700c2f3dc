import { randomBytes } from "node:crypto";
import { expectMigrations } from "../context/expected-migrations.ts";
import type { Context } from "../context/context.ts";
import { cloneCheck } from "../context/copied-state.ts";
import { type Migrations, migrationsOf } from "../context/migrations.ts";
import { acquireDatabaseFor } from "../commands/up.ts";
import { removeAfterLastUse } from "../commands/down.ts";
import { migrateDatabase } from "../commands/migrate.ts";
import { deadline } from "../deadline.ts";
import { requireClones } from "../providers/clones/clones.ts";
import { type CloneSource, isSame, makeSource } from "../providers/clones/source.ts";
import type { Database } from "../providers/provider.ts";
import { holdDatabase } from "../usage/hold.ts";
import { type HeldDatabase, type KeptReason, tearDown } from "../usage/teardown.ts";
import { holdSuiteLock, type SuiteLock, suiteLocks } from "./suite-lock.ts";

/** A migrated database that a suite of tests holds, and the source of its clones. */
export interface OpenSuite {
  /** 16 hex digits, which the tags of its clones contain. */
  readonly id: string;
  readonly database: Database;
  readonly source: CloneSource;
  /** Ends the suite's use of the run's database, and deletes it when nobody else uses it. */
  close(keep: "kept-on-failure" | undefined): Promise<KeptReason | undefined>;
}

/** Time limit for the copy from which the clones are made. */
const SOURCE_MS = 120_000;

/**
 * Acquires the run's database, migrates it once, and makes the source of the clones. When it fails, the database is deleted
 * unless others use it. Throws what `up`, `migrate` and `Database.clone` throw.
 */
export async function openSuite(context: Context): Promise<OpenSuite> {
  await expectMigrations(context);
  const migrations = await migrationsOf(context);
  const id = randomBytes(8).toString("hex");
  let held: HeldDatabase | undefined;
  let source: CloneSource | undefined;
  let lock: SuiteLock | undefined;
  let release: (() => Promise<void>) | undefined;
  try {
    held = await holdDatabase(
      context,
      () => acquireDatabaseFor(context, migrations, "last-run"),
      async ({ database }) => {
        const server = requireClones(database.clones);
        const identity = await migrate(context, migrations, database);
        await release?.();
        await lock?.close();
        // The locks are taken before the source is looked for, so that no other suite deletes it. Where their session would be in the
        // database that is copied, the session that copies it has them until then.
        const isInside = isSame(server);
        lock = isInside ? undefined : await holdSuiteLock(server, id, context.signal);
        const locks = isInside ? suiteLocks(server.tag, id) : [];
        const within = deadline("copying the migrated database", SOURCE_MS, context.signal);
        ({ source, close: release } = await makeSource(server, within, { isFresh: true, locks, check: cloneCheck(context) }));
        lock ??= await holdSuiteLock(server, id, context.signal);
        return identity;
      },
    );
    await release?.();
    if (source === undefined) throw new TypeError("the database was not prepared");
    const { database } = held;
    const own = held;
    return {
      id,
      database,
      source,
      async close(keep) {
        await lock?.close();
        return tearDown(context, { held: own, keep, remove: removeAfterLastUse });
      },
    };
  } catch (thrown) {
    await release?.().catch(() => {});
    await lock?.close();
    await tearDown(context, { held, remove: removeAfterLastUse }).catch((failure: unknown) => {
      context.emit({ kind: "warning", text: `The database ${context.name} could not be deleted: ${String(failure)}` });
    });
    throw thrown;
  }
}

/** Returns the identity of the migrated database; undefined when the repository has no migrations. */
async function migrate(context: Context, migrations: Migrations | undefined, database: Database): Promise<string | undefined> {
  if (migrations === undefined) return undefined;
  const deletedAfterFailure = database.tag.lifetime === "last-run";
  return (await migrateDatabase(context, migrations, { url: database.directUrl, database, deletedAfterFailure })).database;
}
