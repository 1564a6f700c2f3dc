import type { Context } from "../../context/context.ts";
import { type Migrations, withoutSeeds } from "../../context/migrations.ts";
import { OffshootError } from "../../errors.ts";

/**
 * The rehearsal that the leader of a run makes before its migrations, if the settings want one. It throws `FINDINGS` if a limit
 * is exceeded, and what `rehearse` throws.
 */
export function rehearsalBefore(context: Context, migrations: Migrations): ((signal: AbortSignal) => Promise<void>) | undefined {
  if (!context.settings.rehearse.beforeMigrations) return undefined;
  if (migrations.steps.some(({ command }) => command.kind === "work"))
    return async () => context.emit({ kind: "warning", text: "The migrations are not rehearsed, because a function runs them." });
  return async (signal) => {
    const { rehearseMigrations } = await import("../rehearse.ts");
    // The run's own database is in use: its leader has a session in it.
    const source = { dumped: undefined, fingerprint: migrations.fingerprint, withoutOwn: true };
    const result = await rehearseMigrations({ ...context, signal }, withoutSeeds(migrations), source, {});
    if (!result.failed) return;
    const { REHEARSAL } = await import("../../rehearsal/source.ts");
    const { renderText } = await import("../../findings/report/text.ts");
    const { counts, findings } = result;
    throw new OffshootError("FINDINGS", "The rehearsal of the migrations failed, so they did not run.", {
      meaning: renderText(findings, REHEARSAL).trimEnd(),
      remedy: "Change the migrations, or the limits in rehearse. `offshoot rehearse` runs the same rehearsal again.",
      facts: { errors: counts.error, warnings: counts.warning },
    });
  };
}
