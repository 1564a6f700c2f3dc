import type { Session } from "../postgres/connect.ts";
import { tryLockShared } from "../postgres/lock.ts";
import { lockServerState } from "../providers/local/server-state/lock.ts";
import { mentionsServer } from "../providers/local/server-state/mentioned.ts";
import { withDatabase } from "../postgres/url.ts";
import { type ServerAsItWas, serverAsItWas } from "../providers/local/server-state/as-it-was.ts";
import type { Context } from "./context.ts";
import { readMigrationTexts } from "./migration-texts.ts";
import type { Migrations } from "./migrations.ts";

export type { ServerAsItWas } from "../providers/local/server-state/as-it-was.ts";

/**
 * Runs `work`, which runs these migrations in local copies. What they change on the whole server of `url`, such as roles, is put back
 * after each copy. `url` is that of a database on the server. `outer`: work inside of which this runs.
 */
export async function keepingServer<T>(
  context: Context,
  migrations: Migrations,
  url: string,
  work: (server: ServerAsItWas) => Promise<T>,
  outer?: ServerAsItWas,
): Promise<T> {
  const { emit, signal, settings } = context;
  const { texts, isComplete } = await textsOf(context, migrations);
  const serverUrl = withDatabase(url, "postgres");
  const server = await serverAsItWas({ serverUrl, texts, isComplete, withinMs: settings.timeouts.migrateMs, outer, emit, signal });
  try {
    return await work(server);
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

/** What the migrations of a run do before and after a command. */
export interface SharedServerState {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * For the migrations of a run on a local server: they wait until migrations in copies have put the server back, and the other way
 * round. Without that they would find the role that a rehearsal has just created. A server on which that is not possible is used as it is.
 */
export function sharedServerState(context: Context, migrations: Migrations, url: string): SharedServerState {
  const { emit, signal, settings } = context;
  let held: Session | undefined;
  return {
    async start() {
      const { texts, isComplete } = await textsOf(context, migrations);
      if (isComplete && !mentionsServer(texts)) return;
      const options = { serverUrl: withDatabase(url, "postgres"), withinMs: settings.timeouts.migrateMs, emit, signal };
      held = await lockServerState(options, tryLockShared).catch(() => undefined);
    },
    async stop() {
      await held?.close();
      held = undefined;
    },
  };
}

/** A command without files of a known tool can send any statement. */
export async function textsOf(
  context: Context,
  migrations: Migrations,
): Promise<{ readonly texts: readonly string[]; readonly isComplete: boolean }> {
  const files = await readMigrationTexts(context, migrations);
  const { steps } = migrations;
  return {
    texts: [...files.map(({ text }) => text), ...steps.map(({ text }) => text)],
    isComplete: steps.every(({ project }) => project !== undefined),
  };
}
