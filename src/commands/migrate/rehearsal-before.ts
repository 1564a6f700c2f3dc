import type { Context } from "../../context/context.ts";
import { type Migrations, withoutSeeds } from "../../context/migrations.ts";
import type { TargetDatabase } from "../../context/target-database.ts";
import { OffshootError } from "../../errors.ts";
import type { Session } from "../../postgres/connect.ts";
import { describeUrl } from "../../postgres/url.ts";
import type { CopySource } from "../rehearse/copy.ts";
import { leadersCopy } from "./leaders-copy.ts";

/**
 * The rehearsal that the leader of a run makes before its migrations, if the settings want one. It throws `FINDINGS` if a limit
 * is exceeded, and what `rehearse` throws.
 */
export function rehearsalBefore(
  context: Context,
  migrations: Migrations,
  target: TargetDatabase,
): ((signal: AbortSignal, session: Session) => Promise<void>) | undefined {
  if (!context.settings.rehearse.beforeMigrations) return undefined;
  if (migrations.steps.some(({ command }) => command.kind === "work"))
    return async () => context.emit({ kind: "warning", text: "The migrations are not rehearsed, because a function runs them." });
  return async (signal, session) => {
    const { rehearseMigrations } = await import("../rehearse.ts");
    const result = await rehearseMigrations(
      { ...context, signal },
      withoutSeeds(migrations),
      sourceOf(context, migrations, target, session),
      {},
    );
    const { firstLine, notJudged } = await import("../../rehearsal/report/facts.ts");
    const unjudged = notJudged(result);
    if (unjudged !== undefined) context.emit({ kind: "warning", text: `${unjudged}.` });
    if (!result.failed) return;
    const { REHEARSAL } = await import("../../rehearsal/source.ts");
    const { renderText } = await import("../../findings/report/text.ts");
    const { counts, findings } = result;
    throw new OffshootError("FINDINGS", "The rehearsal of the migrations failed, so they did not run.", {
      meaning: `${firstLine(result)}\n${renderText(findings, REHEARSAL).trimEnd()}`,
      remedy: "Change the migrations, or the limits in rehearse. `offshoot rehearse` runs the same rehearsal again.",
      facts: { errors: counts.error, warnings: counts.warning, copy: result.copy.description },
    });
  };
}

/** What the migrations are about to change: the run's database, or the one of a URL, which can only be dumped. */
function sourceOf(context: Context, migrations: Migrations, { url, database }: TargetDatabase, session: Session): CopySource {
  if (database !== undefined) return { dumped: undefined, migrations, own: leadersCopy(context, database, session) };
  return { dumped: undefined, migrations, target: { url, description: `the database of --url (${describeUrl(url)})` } };
}
