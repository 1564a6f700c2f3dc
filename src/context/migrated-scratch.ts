import { withSession } from "../postgres/connect.ts";
import { parseUrl, withDatabase } from "../postgres/url.ts";
import { dropEntry } from "../providers/local/drop.ts";
import type { Database } from "../providers/provider.ts";
import type { Context } from "./context.ts";
import type { Migrations } from "./migrations.ts";
import { withScratchDatabase } from "./scratch-database.ts";
import { keepingServer, type ServerAsItWas } from "./server-as-it-was.ts";

/**
 * Runs `work`, which runs these migrations, on a new, empty local database. Afterwards the database is deleted, and what the
 * migrations changed on the whole server is put back. `outer`: work inside of which this runs, with other migrations.
 */
export async function withMigratedScratch<T>(
  context: Context,
  purpose: string,
  migrations: Migrations,
  work: (database: Database, server: ServerAsItWas) => Promise<T>,
  outer?: ServerAsItWas,
): Promise<T> {
  const open = (): Promise<T> =>
    withScratchDatabase(context, purpose, (database) =>
      keepingServer(
        context,
        migrations,
        database.directUrl,
        (server) =>
          server.around(async () => {
            try {
              return await work(database, server);
            } finally {
              // A role can only be dropped when nothing belongs to it, and the last release of a database stops the server.
              const { database: name } = parseUrl(database.directUrl);
              await withSession(withDatabase(database.directUrl, "postgres"), (session) => dropEntry(session, { name, isTemplate: false }));
            }
          }),
        outer,
      ),
    );
  return outer === undefined ? open() : outer.aside(open);
}
