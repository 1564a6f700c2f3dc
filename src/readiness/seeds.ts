import { asciiKey } from "../ascii.ts";
import { ownCommand } from "../shell-command.ts";
import type { Session } from "../postgres/connect.ts";
import { createOnlyOurs } from "../postgres/only-ours.ts";
import { type Claim, OWN_ROW, ownRow } from "./claim.ts";
import type { Failure } from "./marker.ts";
import type { SeedStep } from "./request.ts";

/**
 * The seeds that ran in a database. The table is about the rows of the database, and not about one run: a copy of the database
 * has these rows too, so a copy of the table is right there.
 */
const CREATE = `
create table if not exists offshoot.seeds (
  name pg_catalog.text primary key,
  fingerprint pg_catalog.text not null,
  started_at pg_catalog.timestamptz not null,
  finished_at pg_catalog.timestamptz
)`;

/** `started`: it must run now. `done`: it ran before. The other two: it must not run, and its rows are not those of its files. */
export type SeedStart = "started" | "done" | "interrupted" | "changed";

/**
 * Records that a seed starts, in the same statement in which the leader proves its lock and epoch. `lost`: it does not lead.
 * A seed that started and did not finish may have left some of its rows, so only a repeatable one starts again.
 */
export async function recordSeedStart(session: Session, held: Claim, name: string, seed: SeedStep): Promise<SeedStart | "lost"> {
  await createOnlyOurs(session, CREATE, ["seeds"]);
  const [before] = await session.query<{ same: boolean; finished: boolean }>(
    "select fingerprint = $2 as same, finished_at is not null as finished from offshoot.seeds where name = $1",
    [asciiKey(name), seed.fingerprint],
  );
  if (before?.finished === true && before.same) return "done";
  if (before !== undefined && !seed.repeatable) return before.finished ? "changed" : "interrupted";
  const rows = await session.query(
    `insert into offshoot.seeds as s (name, fingerprint, started_at)
     select $5, $6, pg_catalog.clock_timestamp() from offshoot.readiness where ${OWN_ROW} and state = 'migrating'
     on conflict (name) do update set fingerprint = excluded.fingerprint, started_at = excluded.started_at, finished_at = null
     returning 1`,
    [...ownRow(held), asciiKey(name), seed.fingerprint],
  );
  return rows.length === 1 ? "started" : "lost";
}

/** Records that a seed has finished. False when the claim is lost. */
export async function recordSeedEnd(session: Session, held: Claim, name: string): Promise<boolean> {
  const rows = await session.query(
    `update offshoot.seeds set finished_at = pg_catalog.clock_timestamp()
      where name = $5 and exists (select from offshoot.readiness where ${OWN_ROW} and state = 'migrating') returning 1`,
    [...ownRow(held), asciiKey(name)],
  );
  return rows.length === 1;
}

/** The failure for a seed that must not run again on a database. */
export function seedFailure(why: "interrupted" | "changed", run: string): Failure {
  const down = ownCommand(["down", "--run", run]);
  return {
    code: "MIGRATION_FAILED",
    message:
      why === "interrupted"
        ? "The migration failed: the seed started on this database before, and did not finish."
        : "The migration failed: the seed ran on this database before, and its command or its files have changed since.",
    meaning: `Its rows ${why === "interrupted" ? "may be there in part" : "are there"}. A second start could add them twice, so it was not started.`,
    remedy: `Delete the database (\`${down}\`) and start again. If the seed can run twice, set \`seed: repeatable\` for this step.`,
  };
}
