import type { Catalog } from "../../catalog/catalog.ts";
import { readCatalog } from "../../catalog/read.ts";
import type { Context } from "../../context/context.ts";
import { type Migrations, requireMigrations, withoutSeeds } from "../../context/migrations.ts";
import { withReadSession } from "../../context/read-session.ts";
import { changesOfOne } from "../../drift/diff/of-one-database.ts";
import type { SchemaDiff } from "../../drift/diff/schema-diff.ts";
import type { Switches } from "../../drift/normalise/switches.ts";
import { OffshootError } from "../../errors.ts";
import { withSession } from "../../postgres/connect.ts";
import type { DumpedServer } from "../rehearse/copy.ts";
import type { OutboundMode } from "../../config/settings.ts";
import { secureRun } from "../rehearse/outbound.ts";
import { withParentCopies } from "../rehearse/parent-copy.ts";
import { runSteps } from "../rehearse/run-steps.ts";

export interface OnCopy {
  readonly command: readonly string[];
  readonly dumped: DumpedServer | undefined;
  readonly outbound: OutboundMode;
  readonly switches: Switches;
}

/** Runs the pending migrations on a copy of the database that they are meant for, and compares its schema before and after. */
export async function diffOnCopy(context: Context, options: OnCopy): Promise<SchemaDiff> {
  const migrations = withoutSeeds(await requireMigrations(context, options.command, "offshoot diff"));
  const source = { dumped: options.dumped, migrations };
  return withParentCopies(context, source, (open) =>
    open(async ({ url, description, hasProductionRows, gaps }) => {
      await withSession(url, (session) => secureRun(context, session, migrations, options.outbound), { signal: context.signal });
      const read = (): Promise<Catalog> => withReadSession(context, url, (session) => readCatalog(session));
      const before = await read();
      await migrateCopy(context, migrations, url);
      const after = await read();
      return {
        version: 1,
        command: "diff",
        before: `${description}, PostgreSQL ${before.server.major}`,
        after: "the same after the pending migrations",
        changes: changesOfOne(before, after, options.switches),
        warnings: [...gaps, ...(hasProductionRows ? [] : [`It is compared with ${description}, and not with production.`])],
      };
    }),
  );
}

async function migrateCopy(context: Context, migrations: Migrations, url: Parameters<typeof runSteps>[2]): Promise<void> {
  const end = await runSteps(context, migrations, url, { literals: false, throughBroker: false });
  if (end.ok) return;
  throw new OffshootError("MIGRATION_FAILED", `The migrations failed in the copy (${end.how}).`, {
    meaning: "Their output can contain values of rows, so it is not shown.",
    remedy: "offshoot rehearse reports the error of the database without values.",
  });
}
