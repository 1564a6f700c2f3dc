import { OffshootError } from "../errors.ts";
import { withSession } from "../postgres/connect.ts";
import type { DirectUrl } from "../postgres/url.ts";
import type { Project } from "../migration-tools/tool.ts";
import { auditIn } from "./audit-in.ts";
import type { Context } from "../context/context.ts";
import { readSpec } from "../context/spec-file.ts";

/** What the leader checks before it says ready: the tool's version table, and the schema where a spec is configured. */
export function verifier(
  context: Context,
  url: DirectUrl,
  project?: Project,
): { readonly verify?: (signal: AbortSignal) => Promise<void> } {
  if (context.settings.audit.spec === undefined && project === undefined) return {};
  return {
    async verify(signal) {
      if (project !== undefined) await requireComplete(project, url, signal);
      await requireGoodSchema({ ...context, signal }, url);
    },
  };
}

/**
 * A command that ends well proves little: one that raced another, or was pointed elsewhere, does so too. Throws
 * `MIGRATION_FAILED` when the version table isn't where the repository is. A tool that keeps its table elsewhere is believed.
 */
async function requireComplete(project: Project, url: DirectUrl, signal: AbortSignal): Promise<void> {
  const { ledgerGap, readLedger } = await import("../migration-tools/version-table.ts");
  const recorded = await withSession(url, (session) => readLedger(session, project.ledger), { signal });
  const gap = recorded === undefined ? undefined : ledgerGap(project, recorded);
  if (gap === undefined) return;
  const told = [
    ...(gap.lacking.length === 0 ? [] : [`it lacks ${gap.lacking.join(", ")}`]),
    ...(gap.surplus.length === 0 ? [] : [`it has ${gap.surplus.join(", ")} too many`]),
  ];
  throw new OffshootError(
    "MIGRATION_FAILED",
    `${project.tool} ended well, but its version table is not at the newest migration: ${told.join(", and ")}.`,
    {
      meaning: "The database is not what these migrations make.",
      remedy: "Look whether the tool migrates the database at DATABASE_URL, and begin again with an empty one.",
    },
  );
}

/** Audits where a spec is configured. Throws `FINDINGS`, with the report, when something as bad as `audit.failOn` is found. */
export async function requireGoodSchema(context: Context, url: DirectUrl): Promise<void> {
  const { spec } = context.settings.audit;
  if (spec === undefined) return;
  const { findings, counts, failed } = await auditIn(context, url, await readSpec(context));
  if (!failed) return;
  const { text } = await import("../findings/report/text.ts");
  throw new OffshootError("FINDINGS", `The schema is not what ${spec} says.`, {
    meaning: text(findings).trimEnd(),
    remedy: "Mend the migrations or the spec; `offshoot audit` shows the same again.",
    facts: { errors: counts.error, warnings: counts.warning },
  });
}
