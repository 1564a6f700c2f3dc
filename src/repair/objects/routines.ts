import { createHash } from "node:crypto";
import type { Routine } from "../../catalog/routines.ts";
import { literal } from "../../postgres/identifier.ts";
import { aggregate } from "./aggregate.ts";
import { byProperty, given, type Maker, type Making, owned } from "../repair-context.ts";
import { closed } from "./grants.ts";
import { guarded, isStatements, plain, type Remedy } from "../step.ts";

/** What `create or replace` can't change: it would break callers (PostgreSQL documentation, CREATE FUNCTION). */
const FIXED = ["result", "kind"];

const LETTERS: Readonly<Record<Routine["kind"], string>> = { function: "f", procedure: "p", aggregate: "a", "window function": "w" };

export const routines: Maker = {
  create(id, making) {
    const routine = making.expected.get("routines", id);
    const made = routine.kind === "aggregate" ? aggregate(routine) : defined(id, making);
    return isStatements(made) ? [...made, ...owned("routine", id, routine.owner, making), ...closed("routine", id, making)] : made;
  },
  drop(id, { actual, expected }) {
    const { kind } = actual.get("routines", id);
    const drop = `drop ${kind === "window function" ? "function" : kind} if exists ${id}`;
    const other = expected.find("routines", id)?.kind;
    if (other === undefined || other === kind) return plain(drop);
    // Of another kind is what has its place after the first run.
    const isThis = `exists (select from pg_catalog.pg_proc where oid = pg_catalog.to_regprocedure(${literal(id)}) and prokind = '${LETTERS[kind]}')`;
    return plain(guarded(isThis, drop.replace(" if exists", "")));
  },
  isOld(id, _differences, { actual }) {
    const definition = actual.source.routines.get(id);
    if (definition === undefined) return undefined;
    const same = `pg_catalog.md5(pg_catalog.pg_get_functiondef(oid)) = ${literal(createHash("md5").update(definition).digest("hex"))}`;
    return `exists (select from pg_catalog.pg_proc where oid = pg_catalog.to_regprocedure(${literal(id)}) and ${same})`;
  },
  alter(id, differences, making) {
    const routine = making.expected.get("routines", id);
    const found = making.actual.get("routines", id);
    const changed = byProperty(differences);
    const owner = changed.has("owner") ? [given("routine", id, routine.owner, making)] : [];
    if (changed.size === owner.length) return owner;
    if (routine.kind === "aggregate" || FIXED.some((name) => changed.has(name)) || !keepsArguments(routine, found)) return "recreate";
    const made = defined(id, making);
    return isStatements(made) ? [...made, ...owner] : made;
  },
};

function defined(id: string, { expected }: Making): Remedy {
  const definition = expected.source.routines.get(id);
  return definition === undefined ? { cannot: "its source could not be read" } : plain(definition.trim());
}

/** A replaced function keeps the names of its arguments, and the defaults that it has. */
function keepsArguments(expected: Routine, actual: Routine): boolean {
  if (expected.arguments.length !== actual.arguments.length) return false;
  return expected.arguments.every((argument, at) => {
    const found = actual.arguments[at];
    const named = found?.name === undefined || found.name === argument.name;
    const typed = argument.type === found?.type && argument.mode === found.mode;
    return typed && named && (found.default === undefined || argument.default !== undefined);
  });
}
