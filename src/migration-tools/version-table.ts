import { codeOf } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { SQLSTATE } from "../postgres/sqlstate.ts";
import { headsOf } from "./revisions.ts";
import type { Ledger, Project } from "./tool.ts";

/** The revisions that a database records, as the tool notes them; undefined where it has no version table. Throws the server's error. */
export async function readLedger(session: Session, ledger: Ledger): Promise<readonly string[] | undefined> {
  try {
    return (await session.query<{ id: string }>(ledger.query)).map(({ id }) => id);
  } catch (thrown) {
    const missing: readonly (string | undefined)[] = [SQLSTATE.undefinedTable, SQLSTATE.undefinedSchema];
    if (missing.includes(codeOf(thrown))) return undefined;
    throw thrown;
  }
}

/** What a version table lacks, and what it has beyond the repository's revisions. */
export interface LedgerGap {
  readonly lacking: readonly string[];
  readonly surplus: readonly string[];
}

/**
 * How far a version table is from the repository's revisions; undefined where it is there. A table of heads must hold
 * exactly the heads: more rows are what two migrations at once leave behind. A table of all may know more, such as what
 * installed packages brought.
 */
export function ledgerGap(project: Project, recorded: readonly string[]): LedgerGap | undefined {
  const heads = headsOf(project.revisions).map(({ id }) => id);
  const lacking = heads.filter((id) => !recorded.includes(id));
  const surplus = project.ledger.holds === "heads" ? recorded.filter((id, at) => !heads.includes(id) || recorded.indexOf(id) !== at) : [];
  return lacking.length === 0 && surplus.length === 0 ? undefined : { lacking, surplus };
}
