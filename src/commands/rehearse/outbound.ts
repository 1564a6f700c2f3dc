import { messageOf, OffshootError } from "../../errors.ts";
import type { OutboundMode as Mode } from "../../config/settings.ts";
import type { Context } from "../../context/context.ts";
import { readMigrationTexts } from "../../context/migration-texts.ts";
import type { Migrations } from "../../context/migrations.ts";
import type { Session } from "../../postgres/session.ts";
import { describeOutbound, findOutbound, type Outbound } from "../../rehearsal/outbound.ts";
import type { RehearsedCopy } from "../../rehearsal/rehearsal.ts";
import { fileOfMigration } from "../../rehearsal/sql/file-of-migration.ts";
import { plannedOutbound, type PlannedOutbound } from "../../rehearsal/sql/planned-outbound.ts";
import { type AppliedBefore, appliedBefore } from "./applied-before.ts";
import { changedSince } from "./changed-files.ts";

/** What a copy is before the migrations run in it. */
export interface SecuredRun {
  readonly outbound: RehearsedCopy["outbound"];
  readonly applied: AppliedBefore;
  /** The names of the migrations whose files were changed after they were applied. */
  readonly changed: readonly string[];
  /** Whether the texts of the migrations are known, so that they were searched too. */
  readonly isSearched: boolean;
}

/**
 * Checks what could reach other systems from the copy, and from statements of the pending migrations as far as their files show
 * it, before anything runs. Throws `COPY_CONNECTED`.
 */
export async function secureRun(context: Context, session: Session, migrations: Migrations, mode: Mode): Promise<SecuredRun> {
  const applied = await appliedBefore(session, migrations);
  const files = await readMigrationTexts(context, migrations);
  const found = plannedOutbound(files);
  const done = found.length === 0 ? [] : pathsOf(applied.done, files);
  const pending = found.length === 0 ? [] : pathsOf(applied.pending, files);
  const planned = found.filter(({ at: { file } }) => !done.includes(file) || pending.includes(file));
  if (mode !== "allow" && planned.length > 0) throw connecting(planned, mode);
  const outbound = await secureCopy(session, mode);
  return {
    outbound: [...outbound, ...planned.map((each) => ({ name: describe(each), state: "active" as const }))],
    applied,
    changed: changedSince(applied, files),
    isSearched: files.length > 0,
  };
}

/** What can reach other systems from the copy after the migrations, and could not before. */
export async function connectedBy(session: Session, before: readonly string[]): Promise<RehearsedCopy["outbound"]> {
  const names = (await findOutbound(session)).map(describeOutbound);
  return names.filter((name) => !before.includes(name)).map((name) => ({ name, state: "created" }));
}

function pathsOf(revisions: AppliedBefore["done"], files: Parameters<typeof plannedOutbound>[0]): readonly string[] {
  return revisions.flatMap(({ id, name }) => fileOfMigration(name, files) ?? fileOfMigration(id, files) ?? []);
}

function describe({ name, at: { file, line } }: PlannedOutbound): string {
  return `${name} (${file}:${line})`;
}

/** Checks what could reach other systems from the copy, before anything runs in it. Throws `COPY_CONNECTED`. */
export async function secureCopy(session: Session, mode: Mode): Promise<RehearsedCopy["outbound"]> {
  const found = await findOutbound(session);
  if (mode === "allow") return found.map((each) => ({ name: describeOutbound(each), state: "active" }));
  if (mode === "refuse" && found.length > 0)
    throw connected(
      found,
      "It was not disabled.",
      found.every((each) => each.disable !== undefined),
    );
  const fixed = found.filter((each) => each.disable === undefined);
  if (fixed.length > 0) throw connected(fixed, "Nothing in Postgres disables it for the owner of the database.", false);
  for (const each of found) await disable(session, each);
  return found.map((each) => ({ name: describeOutbound(each), state: "disabled" }));
}

async function disable(session: Session, each: Outbound): Promise<void> {
  try {
    await session.query(each.disable ?? "select 1");
  } catch (thrown) {
    throw connected([each], `It could not be disabled: ${messageOf(thrown)}.`, false);
  }
}

function connected(found: readonly Outbound[], why: string, canDisable: boolean): OffshootError {
  const names = found.map(describeOutbound).join(", ");
  return new OffshootError("COPY_CONNECTED", `The copy can reach other systems: ${names}. ${why}`, {
    meaning: "A migration, a trigger or a job could change production from the copy. Nothing was run.",
    remedy: canDisable
      ? "Set rehearse.outbound to disable, which disables it in the copy, or to allow if your migrations do not use it. With rehearse and diff: --outbound disable or --outbound allow."
      : "Set rehearse.outbound to allow if your migrations do not use it. With rehearse and diff: --outbound allow.",
    facts: { outbound: names },
  });
}

/** Most of them in a message. */
const MOST_NAMED = 5;

function connecting(planned: readonly PlannedOutbound[], mode: Mode): OffshootError {
  const names = planned.map(describe);
  const more = names.length - MOST_NAMED;
  const shown = `${names.slice(0, MOST_NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  const why = mode === "disable" ? " What a migration creates cannot be disabled before it runs." : "";
  return new OffshootError("COPY_CONNECTED", `The migrations let the copy reach other systems: ${shown}.${why}`, {
    meaning: "They could change production from the copy. Nothing was run.",
    remedy:
      "If they change nothing there, or this machine cannot reach those systems, set rehearse.outbound to allow. With rehearse and diff: --outbound allow.",
    facts: { outbound: names.join(", ") },
  });
}
