import { path, quoted } from "../../../catalog/quote.ts";
import type { Routine } from "../../../catalog/routines.ts";
import type { Severity } from "../../../findings/finding.ts";
import { type AuditFinding, finding, withSeverity } from "../../finding.ts";
import { ambiguityOf, type AmbiguousCall, type Search } from "../../overloads/ambiguity.ts";
import { castsOf, type Casts } from "../../overloads/casts.ts";
import type { AuditRule } from "../rule.ts";

/**
 * Functions whose body no longer fits the schema. A problem that `plpgsql_check` finds is a warning: it cannot know what the
 * callers of a function create before. Where the bodies could not be checked, that is said.
 */
export const brokenFunctions: AuditRule = ({ state: { bodies }, catalog }) => {
  if (typeof bodies === "string") {
    const count = catalog.routines.filter(({ language }) => ["sql", "plpgsql"].includes(language)).length;
    return count === 0
      ? []
      : [finding("functions-not-checked", { kind: "database", name: catalog.server.database }, { why: bodies, count })];
  }
  return bodies.map(({ id, why, by }) => {
    const found = finding("function-broken", { kind: "function", name: id }, { why, by });
    return by === "plpgsql_check" ? withSeverity("warning", found) : found;
  });
};

/**
 * Functions that run with the rights of their owner, but resolve names with the search path of their caller: a role that can
 * create a table in a schema of that path can make the function use it (PostgreSQL documentation, "Writing SECURITY
 * DEFINER Functions Safely").
 */
export const definersWithoutSearchPath: AuditRule = ({ catalog }) =>
  catalog.routines
    .filter(({ security, settings }) => security === "definer" && !(settings ?? []).some((setting) => setting.startsWith("search_path=")))
    .map(({ id, language }) => finding("definer-without-search-path", { kind: "function", name: id }, { language }));

/**
 * Pairs of overloads that make a call ambiguous. It is an error when the arguments have the types of the parameters: then
 * the caller can only avoid one notation. It is a warning when the overloads have these types at other positions: then the
 * caller can convert the arguments. It is `info` when the call needs other types than theirs, or none. A spec that lists both
 * overloads changes nothing: the call worked with each of them alone. Overloads in different schemas are not compared: the
 * caller's search path decides between them.
 */
export const ambiguousOverloads: AuditRule = ({ catalog }) => {
  const casts = castsOf(catalog);
  const groups = new Map<string, Routine[]>();
  for (const routine of catalog.routines) {
    const key = path(routine.schema, routine.name);
    groups.set(key, [...(groups.get(key) ?? []), routine]);
  }
  return [...groups.values()].filter((group) => group.length > 1).flatMap((group) => inGroup(group, casts));
};

/** Only the kind of call with the highest severity: its fix changes the overloads, and often fixes the others too. */
function inGroup(group: readonly Routine[], casts: Casts): readonly AuditFinding[] {
  const ambiguousFor = (search: Search, severity: Severity): readonly AuditFinding[] =>
    group.flatMap((one, at) =>
      group.slice(at + 1).flatMap((other) => {
        const call = ambiguityOf(one, other, search, { group, casts });
        return call === undefined ? [] : [ambiguous(one, other, call, severity)];
      }),
    );
  const typed = ambiguousFor("typed", "error");
  if (typed.length > 0) return typed;
  const near = ambiguousFor("near", "warning");
  if (near.length > 0) return near;
  const far = ambiguousFor("far", "info");
  return (far.length > 0 ? far : ambiguousFor("untyped", "info")).slice(0, 1);
}

function ambiguous(one: Routine, other: Routine, call: AmbiguousCall, severity: Severity): AuditFinding {
  const facts = { other: other.id, call: statement(one, call), notation: call.notation };
  return withSeverity(severity, finding("overload-ambiguous", { kind: "function", name: one.id }, facts));
}

/** The ambiguous call as a complete statement. */
function statement(routine: Routine, call: AmbiguousCall): string {
  const given = call.arguments.map(({ type, name }) => {
    const value = type === undefined ? "null" : `null::${type}`;
    return name === undefined ? value : `${quoted(name)} => ${value}`;
  });
  return `${call.verb} ${path(routine.schema, routine.name)}(${given.join(", ")})`;
}
