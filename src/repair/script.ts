import { visible } from "../visible.ts";
import type { RepairPlan } from "./plan.ts";
import { lockOf, type Step } from "./step.ts";

const EMPTY_SEARCH_PATH = "set search_path = ''";

/**
 * The settings of a repair: as in a dump, every name has its schema, Postgres does not check function bodies, and a
 * backslash in a string is a backslash. With the setting `off`, a constant of the schema could end its own string.
 */
const PREAMBLE: readonly string[] = ["set standard_conforming_strings = on", EMPTY_SEARCH_PATH, "set check_function_bodies = off"];

/** Resets the settings. */
const EPILOGUE: readonly string[] = ["reset standard_conforming_strings", "reset search_path", "reset check_function_bodies"];

/** Steps that share a transaction, or one step that runs outside of any. */
interface Segment {
  readonly alone: boolean;
  readonly steps: readonly Step[];
}

/** The steps in their order, divided at each step that cannot share a transaction. */
function segments(steps: readonly Step[]): readonly Segment[] {
  const cut: Segment[] = [];
  for (const step of steps) {
    const last = cut.at(-1);
    if (step.alone === true || last === undefined || last.alone) cut.push({ alone: step.alone === true, steps: [step] });
    else cut[cut.length - 1] = { alone: false, steps: [...last.steps, step] };
  }
  return cut;
}

/** Every statement of the script in order, with its step. */
export function statements(steps: readonly Step[]): readonly { readonly sql: string; readonly step?: Step }[] {
  const body = segments(steps).flatMap(({ alone, steps: inside }) => {
    const own = inside.flatMap((step) => statementsOf(step).map((sql) => ({ sql, step })));
    return alone ? own : [{ sql: "begin" }, ...own, { sql: "commit" }];
  });
  return [...PREAMBLE.map((sql) => ({ sql })), ...body, ...EPILOGUE.map((sql) => ({ sql }))];
}

/**
 * The statements of a migration. It leaves the search path of the session as it was: a tool or its configuration can have set one.
 * In one transaction, which the tool starts, there is no other.
 */
export function migrationStatements(
  steps: readonly Step[],
  { inOneTransaction }: { readonly inOneTransaction: boolean },
): readonly string[] {
  const save = "select pg_catalog.set_config('offshoot.search_path', pg_catalog.current_setting('search_path'), false)";
  const restore = "select pg_catalog.set_config('search_path', pg_catalog.current_setting('offshoot.search_path'), false)";
  const all = statements(steps).map(({ sql }) => (sql === "reset search_path" ? restore : sql));
  return [save, ...(inOneTransaction ? all.filter((sql) => sql !== "begin" && sql !== "commit") : all)];
}

/** The steps for a tool that runs them in one transaction. An index is then built under a lock that stops writes. */
export function withoutConcurrency(steps: readonly Step[]): readonly Step[] {
  return steps.map((step) => {
    const sql = step.sql.replace(/^(create (?:unique )?index) concurrently /, "$1 ");
    return { ...step, sql, lock: lockOf(sql), alone: undefined };
  });
}

/** The statement, between the settings of its search path if it has one. */
function statementsOf({ sql, searchPath }: Step): readonly string[] {
  return searchPath === undefined ? [sql] : [`set search_path = ${searchPath}`, sql, EMPTY_SEARCH_PATH];
}

/** The changes that lose data, by `keyOfChange`. All steps of such a change are commented out, not only some. */
export function losingChanges(steps: readonly Step[]): ReadonlySet<string> {
  return new Set(steps.filter(({ destructive }) => destructive !== undefined).flatMap(({ causes }) => causes));
}

/** The steps without those that only belong to changes that lose data. */
export function harmless(steps: readonly Step[]): readonly Step[] {
  const losing = losingChanges(steps);
  return steps.filter(({ destructive, causes }) => destructive === undefined && !causes.every((cause) => losing.has(cause)));
}

/** The facts for the header of the script. */
export interface Heading {
  /** Descriptions without secrets. */
  readonly expected: string;
  readonly actual: string;
  /** The database on which the script was tried. */
  readonly copy: string;
  readonly copyHasRows: boolean;
}

/**
 * The script as text for `psql`: a header with what it does and what it does not repair, then the steps, each with its
 * object and its table lock. Steps that lose data are commented out unless `allowDestructive` is set.
 */
export function renderRepair(plan: RepairPlan, heading: Heading, { allowDestructive = false } = {}): string {
  const { steps } = plan;
  const running = new Set(allowDestructive ? steps : harmless(steps));
  const body = segments(steps).flatMap(({ alone, steps: inside }) => {
    const lines = inside.flatMap((step) => stepLines(step, running.has(step)));
    return alone || !inside.some((step) => running.has(step)) ? lines : ["begin;", "", ...lines, "commit;", ""];
  });
  const head = headingLines(plan, [...running], heading, PSQL);
  return [...comment(head), "", ...PREAMBLE.map(terminated), "", ...body, ...EPILOGUE.map(terminated), ""].join("\n");
}

const PSQL = "Run it with `psql -v ON_ERROR_STOP=1 -f`: not all of it can run in one transaction.";

const POSSIBLE_RENAMES = "If an object was renamed, one of these keeps its rows. Run it first, and write the repair again:";

/** What the repair does and what it leaves, one fact a line. `how`: how to run it. A name in it can contain line breaks. */
export function headingLines(
  { steps, unrepaired, possibleRenames = [] }: RepairPlan,
  running: readonly Step[],
  heading: Heading,
  how = "It is a migration like any other.",
): readonly string[] {
  const lossy = steps.length - running.length;
  const what = how === PSQL ? "commented out" : "left out";
  return [
    `Changes the schema of ${heading.actual}`,
    `to that of ${heading.expected}.`,
    "",
    `Written by \`offshoot drift --repair\`. ${how}`,
    "You can run it again: it skips what is done already.",
    `offshoot tested it: it ran twice on ${heading.copy}.`,
    ...(heading.copyHasRows
      ? []
      : ["That copy had no rows: NOT NULL, CHECK, UNIQUE and foreign keys can still fail on the rows of your database."]),
    ...(lossy === 0
      ? []
      : [
          "",
          `${lossy === 1 ? "1 step is" : `${lossy} steps are`} ${what} because data may be lost. Add --allow-destructive to test and include ${lossy === 1 ? "it" : "them"}.`,
        ]),
    ...(unrepaired.length === 0 ? [] : ["", "Not repaired:"]),
    ...unrepaired.flatMap(({ change, reason }) => [`- ${change.change} ${change.kind} ${change.object}: ${reason}`]),
    ...(possibleRenames.length === 0 ? [] : ["", POSSIBLE_RENAMES]),
    ...possibleRenames.map((statement) => `- ${statement}`),
  ].flatMap((line) => line.split(LINE_BREAK));
}

function stepLines(step: Step, runs: boolean): readonly string[] {
  const { kind, object, lock, warning, destructive } = step;
  const notes = [
    `${kind} ${object}${lock === undefined ? "" : ` (${lock})`}`,
    ...(warning === undefined ? [] : [`Warning: ${warning}.`]),
    ...(destructive === undefined ? [] : [`Loses data: ${destructive}.`]),
  ];
  const lines = statementsOf(step).flatMap((sql) => terminated(sql).split("\n"));
  return [...comment(notes), ...(runs ? lines : comment(lines)), ""];
}

const LINE_BREAK = /\r\n|\r|\n/;

function terminated(sql: string): string {
  return `${sql};`;
}

/** In `psql` a carriage return ends a comment too. Without the split, the rest of a name after one would run as SQL. */
function comment(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(LINE_BREAK)).map((line) => (line === "" ? "--" : `-- ${visible(line)}`));
}
