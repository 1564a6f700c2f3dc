import { createHash } from "node:crypto";
import { quoted } from "../../catalog/quote.ts";
import type { Argument, Routine } from "../../catalog/routines.ts";
import { literal } from "../../postgres/identifier.ts";
import { byProperty, changeOwner, type ObjectRepair, type RepairContext, ownerOfNew } from "../repair-context.ts";
import { revokePublicDefaults } from "./default-privileges.ts";
import { guarded, isStatements, toStatements, type Remedy } from "../step.ts";

/** The properties that `create or replace` cannot change (PostgreSQL documentation, CREATE FUNCTION). */
const FIXED = ["result", "kind"];

const LETTERS: Readonly<Record<Routine["kind"], string>> = { function: "f", procedure: "p", aggregate: "a", "window function": "w" };

export const routines: ObjectRepair = {
  create(id, context) {
    const routine = context.expected.get("routines", id);
    const created = routine.kind === "aggregate" ? createAggregate(routine) : definitionOf(id, context);
    return isStatements(created)
      ? [...created, ...ownerOfNew("routine", id, routine.owner, context), ...revokePublicDefaults("routine", id, context)]
      : created;
  },
  drop(id, { actual, expected }) {
    const { kind } = actual.get("routines", id);
    const drop = `drop ${kind === "window function" ? "function" : kind} if exists ${id}`;
    const other = expected.find("routines", id)?.kind;
    if (other === undefined || other === kind) return toStatements(drop);
    // After the first run, a routine of another kind has this name. A second run must keep it.
    const isThis = `exists (select from pg_catalog.pg_proc where oid = pg_catalog.to_regprocedure(${literal(id)}) and prokind = '${LETTERS[kind]}')`;
    return toStatements(guarded(isThis, drop.replace(" if exists", "")));
  },
  isUnchanged(id, _differences, { actual }) {
    const definition = actual.source.routines.get(id);
    if (definition === undefined) return isAggregateOf(actual.get("routines", id));
    const same = `pg_catalog.md5(pg_catalog.pg_get_functiondef(oid)) = ${literal(createHash("md5").update(definition).digest("hex"))}`;
    return `exists (select from pg_catalog.pg_proc where oid = pg_catalog.to_regprocedure(${literal(id)}) and ${same})`;
  },
  alter(id, differences, context) {
    const routine = context.expected.get("routines", id);
    const found = context.actual.get("routines", id);
    const changed = byProperty(differences);
    const owner = changed.has("owner") ? [changeOwner("routine", id, routine.owner, context)] : [];
    if (changed.size === owner.length) return owner;
    const isOrderedSet = routine.kind === "aggregate" && routine.aggregate?.["kind"] !== "n";
    if (isOrderedSet || FIXED.some((name) => changed.has(name)) || !keepsArguments(routine, found)) return "recreate";
    const replaced = routine.kind === "aggregate" ? createAggregate(routine) : definitionOf(id, context);
    return isStatements(replaced) ? [...replaced, ...owner] : replaced;
  },
};

/** SQL condition: the aggregate has the result and the argument names that the comparison found. */
function isAggregateOf({ id, result = "", arguments: given }: Routine): string {
  const names = given.map(({ name }) => literal(name ?? "")).join(", ");
  return `exists (select from pg_catalog.pg_proc where oid = pg_catalog.to_regprocedure(${literal(id)}) and prokind = 'a'
    and pg_catalog.pg_get_function_result(oid) = ${literal(result)} and coalesce(proargnames, array_fill(''::text, array[pronargs::int])) = array[${names}]::text[])`;
}

function definitionOf(id: string, { expected }: RepairContext): Remedy {
  const definition = expected.source.routines.get(id);
  return definition === undefined ? { cannot: "its source could not be read" } : toStatements(definition.trim());
}

/** `create or replace` must keep the names of the arguments, and the arguments that have a default. */
function keepsArguments(expected: Routine, actual: Routine): boolean {
  if (expected.arguments.length !== actual.arguments.length) return false;
  return expected.arguments.every((argument, at) => {
    const found = actual.arguments[at];
    const named = found?.name === undefined || found.name === argument.name;
    const typed = argument.type === found?.type && argument.mode === found.mode;
    return typed && named && (found.default === undefined || argument.default !== undefined);
  });
}

/** The values of `pg_aggregate.aggfinalmodify`. */
const MODIFY: Readonly<Record<string, string>> = { r: "read_only", s: "shareable", w: "read_write" };

type WriteValue = (value: string) => string;

const withSchema: WriteValue = (name) => (name.includes(".") ? name : `pg_catalog.${name}`);
const asIs: WriteValue = (text) => text;

/** The options of `create aggregate`, by their name in the catalog, in the order of the PostgreSQL documentation. */
const OPTIONS: readonly (readonly [fact: string, option: string, write: WriteValue])[] = [
  ["transition", "sfunc", withSchema],
  ["state", "stype", asIs],
  ["space", "sspace", asIs],
  ["final", "finalfunc", withSchema],
  ["finalModify", "finalfunc_modify", (letter) => MODIFY[letter] ?? letter],
  ["combine", "combinefunc", withSchema],
  ["serial", "serialfunc", withSchema],
  ["deserial", "deserialfunc", withSchema],
  ["initial", "initcond", literal],
  ["moving", "msfunc", withSchema],
  ["movingInverse", "minvfunc", withSchema],
  ["movingState", "mstype", asIs],
  ["movingSpace", "msspace", asIs],
  ["movingFinal", "mfinalfunc", withSchema],
  ["movingFinalModify", "mfinalfunc_modify", (letter) => MODIFY[letter] ?? letter],
  ["movingInitial", "minitcond", literal],
  ["sort", "sortop", (name) => `operator(${withSchema(name)})`],
];

/** Only for plain aggregates. With an empty search path, Postgres writes the names of its own functions without their schema. */
function createAggregate({ schema, name, arguments: given, aggregate: facts = {}, parallel }: Routine): Remedy {
  if (facts["kind"] !== "n") return { cannot: "offshoot cannot create ordered-set aggregates" };
  const options = [
    ...OPTIONS.flatMap(([fact, option, write]) => {
      const value = facts[fact];
      return value === undefined ? [] : [`${option} = ${write(value)}`];
    }),
    ...(facts["finalExtra"] === undefined ? [] : ["finalfunc_extra"]),
    ...(facts["movingFinalExtra"] === undefined ? [] : ["mfinalfunc_extra"]),
    ...(parallel === "unsafe" ? [] : [`parallel = ${parallel}`]),
  ];
  const list = given.length === 0 ? "*" : given.map(argumentText).join(", ");
  return toStatements(`create or replace aggregate ${quoted(schema)}.${quoted(name)}(${list}) (${options.join(", ")})`);
}

function argumentText({ name, mode, type }: Argument): string {
  return [mode === "variadic" ? mode : "", name === undefined ? "" : quoted(name), type].filter((part) => part !== "").join(" ");
}
