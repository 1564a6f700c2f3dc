import type { Catalog } from "../../catalog/catalog.ts";
import { readCatalog } from "../../catalog/read.ts";
import type { Context } from "../../context/context.ts";
import type { Migrations } from "../../context/migrations.ts";
import { readMigrationTexts } from "../../context/migration-texts.ts";
import { withReadSession } from "../../context/read-session.ts";
import { changesOfOne } from "../../drift/diff/of-one-database.ts";
import { withSession } from "../../postgres/connect.ts";
import type { ServerError } from "../../postgres/server-error.ts";
import { leavesMachine } from "../../readiness/fence.ts";
import { judgeFailure } from "../../rehearsal/judge/failure.ts";
import { judge, type Judged } from "../../rehearsal/judge/judge.ts";
import { judgeMissing } from "../../rehearsal/judge/missing.ts";
import { judgeUnmatched } from "../../rehearsal/judge/unmatched.ts";
import { unjudgedWaits } from "../../rehearsal/judge/unjudged.ts";
import { sessionsBeside } from "../../rehearsal/measure/limits-of-sight.ts";
import { measure } from "../../rehearsal/measure/measure.ts";
import { SYNTAX_ERROR } from "../../rehearsal/measure/torn.ts";
import type { TableChange } from "../../rehearsal/measure/tables.ts";
import type { Measured } from "../../rehearsal/measured.ts";
import { observe } from "../../rehearsal/observe/observe.ts";
import type { RehearsedCopy, RehearsedSchema, Rehearsal } from "../../rehearsal/rehearsal.ts";
import { givenNames, namesIn } from "../../rehearsal/read-names.ts";
import { withoutMadeNames, withRole } from "../../rehearsal/shown-schema.ts";
import { LACKS_NOTHING } from "../../rehearsal/lacks.ts";
import { readTableFacts } from "../../rehearsal/table-facts.ts";
import { readRoleSettings } from "../../rehearsal/role-settings.ts";
import { createdOutbound } from "../../rehearsal/report/facts.ts";
import { knownNames } from "../../rehearsal/sql/known-names.ts";
import { migrationFiles } from "../../rehearsal/sql/migration-files.ts";
import { advisedSchema } from "./advised-schema.ts";
import { changedNote } from "./changed-files.ts";
import { connectedBy, type SecuredRun, secureRun } from "./outbound.ts";
import type { Copy } from "./copy.ts";
import { revisionNames } from "./revision-names.ts";
import { judgeRefused } from "../../rehearsal/judge/refused.ts";
import { copyUnused, failedWithoutError, howItFailed, NAME, runSteps } from "./run-steps.ts";
import type { RehearseOptions } from "./options.ts";

/** What a rehearsal on one copy showed. */
export interface Rehearsed {
  readonly measured: Measured;
  readonly judged: readonly Judged[];
  readonly copy: RehearsedCopy;
  readonly outcome: Rehearsal["outcome"];
  readonly schema: RehearsedSchema | undefined;
  readonly unjudged: Rehearsal["unjudged"];
  /** The statements that the command sent. */
  readonly sent: readonly string[];
}

/** Runs the pending migrations in a copy under observation. Throws what `rehearse` throws. */
export async function rehearseOn(context: Context, copy: Copy, migrations: Migrations, options: RehearseOptions): Promise<Rehearsed> {
  const literals = options.literals ?? false;
  const { roleSettings, ...secured } = await withSession(
    copy.url,
    async (session) => ({
      ...(await secureRun(context, session, migrations, options.outbound ?? context.settings.rehearse.outbound)),
      roleSettings: await readRoleSettings(session),
    }),
    { signal: context.signal },
  );
  const { outbound } = secured;
  const catalog = (): Promise<Catalog> => withReadSession(context, copy.url, (session) => readCatalog(session));
  const before = await catalog();
  const tables = await withReadSession(context, copy.url, readTableFacts);
  const throughBroker = migrations.steps.every(({ command }) => command.kind !== "work" && leavesMachine(command, copy.url) === undefined);
  const project = migrations.steps.find((step) => step.project !== undefined)?.project;
  const files = migrationFiles(await readMigrationTexts(context, migrations));
  const revisions = await revisionNames(context, copy.url, project);
  const observed = await observe(
    {
      url: copy.url,
      name: NAME,
      useBroker: throughBroker,
      records:
        project === undefined ? undefined : { table: project.versionTable.name, ids: new Set(project.revisions.map(({ id }) => id)) },
      signal: context.signal,
    },
    (url) => runSteps(context, migrations, url, { literals, throughBroker }),
  );
  const texts = observed.recording.statements.map(({ sql }) => sql);
  copy.sent?.(texts);
  const created = await connectionsMade(context, copy, outbound);
  const end = observed.result;
  const names = observed.errors.length === 0 ? [] : await shownNames(copy, observed.errors, files.texts, context.signal);
  const explained = measure(observed, {
    files,
    isKnown: knownNames(names),
    revisions,
    throughBroker,
    isOwn: (change) => isOwnTable(change, project?.versionTable.tables ?? []),
    literals,
  });
  const isSeen = observed.sessions > 0 || sessionsBeside(observed).size > 0;
  if (!end.ok && observed.errors.length === 0 && !isSeen) throw failedWithoutError(end, literals);
  const shown = {
    files,
    major: observed.before.major,
    literals,
    isServerShared: copy.origin !== "parent",
    tool: project?.tool,
    schema: advisedSchema(before),
    tables,
    later: { relations: [...observed.after.relations.values()], statements: explained.allStatements },
    relations: [...observed.before.relations.values()],
    partitioned: [...observed.before.relations.values()].filter(({ kind }) => kind === "p"),
  };
  const disabled = outbound.flatMap(({ name, state }) => (state === "disabled" ? [name] : []));
  const lacks = { ...(copy.lacks ?? LACKS_NOTHING), disabled };
  const refusals = end.ok
    ? judgeRefused(observed.errors, explained.allStatements, roleSettings, shown, names, lacks)
    : [judgeFailure(observed.errors, explained.statements, roleSettings, shown, howItFailed(end, literals), names, lacks)];
  const failure = refusals.map((finding) => ({ finding }));
  /** Dynamic SQL can make a name or a constant of the value of a row. */
  const shownChanges = async (all: ReturnType<typeof changesOfOne>): Promise<ReturnType<typeof changesOfOne>> => {
    const changed = copy.role === undefined ? all : withRole(all, copy.role);
    if (literals || !explained.ranCode) return changed;
    const given = [...(await givenNames(copy.url, context.signal)), copy.role?.original ?? ""];
    return withoutMadeNames(changed, { files: files.texts, statements: explained.allStatements, before, given, throughBroker });
  };
  const judged = [
    ...failure,
    ...(copy.missing === undefined ? [] : judgeMissing(copy.missing, explained, shown.relations)),
    ...judge(explained, limitsOf(context), roleSettings, shown, context.now()),
    ...judgeUnmatched({ before: observed.before, after: observed.after, failed: !end.ok }, limitsOf(context), context.now()),
  ];
  // A tool records what was pending, also if it had nothing to do (`create table if not exists`).
  const isRecorded = explained.allStatements.some(({ sent }) => sent.mark !== undefined && sent.sqlstate === undefined);
  const changes = end.ok ? await shownChanges(changesOfOne(before, await catalog())) : undefined;
  const isChanged = hasEffect(explained.measured) || isRecorded || (changes?.length ?? 0) > 0;
  if (end.ok && throughBroker && !isChanged && !isSeen) throw copyUnused();
  return {
    measured: explained.measured,
    judged,
    sent: texts,
    unjudged: unjudgedWaits(explained, limitsOf(context), context.now(), explained.measured.observation),
    copy: rehearsedCopy(copy, secured, observed.before.major, [...outbound, ...created]),
    outcome: !end.ok ? "failed" : isChanged || !throughBroker ? "succeeded" : "nothing-pending",
    schema: changes && {
      before: `${copy.description}, PostgreSQL ${before.server.major}`,
      after: "the same after the migrations",
      changes,
    },
  };
}

/** The names with which errors are shown, and after a syntax error also the words of the migration files and those of SQL. */
async function shownNames({ url }: Copy, errors: readonly ServerError[], texts: readonly string[], signal: AbortSignal): Promise<string[]> {
  const names = [...(await namesIn(url, signal))];
  if (!errors.some(({ sqlstate }) => sqlstate === SYNTAX_ERROR)) return names;
  return [...names, ...(await givenNames(url, signal)), ...texts.flatMap((text) => text.match(/[\p{L}\p{N}_$]+/gu) ?? [])];
}

/** What the migrations created that can reach other systems. Their files did not show it, so that it is a warning too. */
async function connectionsMade(context: Context, { url }: Copy, known: RehearsedCopy["outbound"]): Promise<RehearsedCopy["outbound"]> {
  const before = known.map(({ name }) => name.replace(/ \(.*\)$/, ""));
  const created = await withSession(url, (session) => connectedBy(session, before), { signal: context.signal });
  if (created.length > 0) context.emit({ kind: "warning", text: createdOutbound(created.map(({ name }) => name)) });
  return created;
}

/** With `migrations.files` the fingerprint covers them, and so does this search. */
const UNSEARCHED =
  "The files of the migrations are not known, so they were not searched for statements that reach other systems. Set migrations.files.";

function rehearsedCopy(
  { origin, description, name, createdAt, hasProductionRows, gaps }: Copy,
  { applied: { isEmpty, counted }, changed, isSearched }: SecuredRun,
  postgresMajor: number,
  outbound: RehearsedCopy["outbound"],
): RehearsedCopy {
  const original = { ...(name === undefined ? {} : { name }), ...(createdAt === undefined ? {} : { createdAt }) };
  const state = { isEmpty, ...(counted === undefined ? {} : { applied: counted.applied, pending: counted.all - counted.applied }) };
  const unrelated =
    isEmpty || counted === undefined || counted.applied > 0 || counted.all === 0
      ? []
      : [
          `None of the ${counted.all} migrations was applied in the copy, so all of them ran there. If it is not the database that they are for, the figures say nothing.`,
        ];
  return {
    origin,
    description,
    ...original,
    hasProductionRows,
    ...state,
    postgresMajor,
    outbound,
    gaps: [...gaps, ...unrelated, ...changedNote(changed), ...(isSearched ? [] : [UNSEARCHED])],
  };
}

/** Tools create their own tables and their schema also when nothing is pending. */
function hasEffect({ statements, tables }: Measured): boolean {
  return tables.length > 0 || statements.some(({ sql }) => !/\bif not exists\b/i.test(sql) && !/^(truncate|lock|grant|delete) /i.test(sql));
}

function limitsOf({ settings }: Context): Parameters<typeof judge>[1] {
  return settings.rehearse;
}

function isOwnTable({ table: { schema, name } }: TableChange, own: readonly string[]): boolean {
  if (schema === "offshoot") return true;
  return own.some((each) => each === `${schema}.${name}` || each === `${schema}.*`);
}
