import { ambiguityOf, type AmbiguousCall, type Search } from "../overloads/ambiguity.ts";
import { castsOf, type Casts } from "../overloads/casts.ts";
import type { Routine } from "../../catalog/routines.ts";
import type { Finding } from "../../findings/finding.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { finding, type Check, type Subject } from "./rule.ts";
import { sameSignature } from "./functions.ts";

/**
 * Pairs of overloads that make a call ambiguous. An error where the arguments have the parameters' types, since
 * then no caller can help it but by leaving a notation; a warning where the overloads' types stand in other
 * places, for then the caller may convert them; an information where it takes other types than theirs, or none.
 * One degree milder where the spec lists both overloads, for then someone wanted both. Overloads in different
 * schemas are not compared: which of them a call may mean depends on the caller's search path.
 */
export const overloads: Check = (subject) => {
  const casts = castsOf(subject.catalog);
  const groups = new Map<string, Routine[]>();
  for (const routine of subject.catalog.routines) {
    const key = path(routine.schema, routine.name);
    groups.set(key, [...(groups.get(key) ?? []), routine]);
  }
  return [...groups.values()].filter((group) => group.length > 1).flatMap((group) => inGroup(group, subject, casts));
};

/** The worst kind of call alone: who mends that one changes the overloads, and may mend the milder with it. */
function inGroup(group: readonly Routine[], { spec }: Subject, casts: Casts): readonly Finding[] {
  const tell = (search: Search, severities: Severities): readonly Finding[] =>
    group.flatMap((one, at) =>
      group.slice(at + 1).flatMap((other) => {
        const call = ambiguityOf(one, other, search, { group, casts });
        const wanted = isListed(one, spec) && isListed(other, spec);
        return call === undefined ? [] : [ambiguous(one, other, call, wanted ? severities.listed : severities.usual)];
      }),
    );
  const typed = tell("typed", { usual: "error", listed: "warning" });
  if (typed.length > 0) return typed;
  const near = tell("near", { usual: "warning", listed: "info" });
  if (near.length > 0) return near;
  const far = tell("far", { usual: "info", listed: "info" });
  return (far.length > 0 ? far : tell("untyped", { usual: "info", listed: "info" })).slice(0, 1);
}

interface Severities {
  readonly usual: Finding["severity"];
  /** Where the spec lists both overloads. */
  readonly listed: Finding["severity"];
}

function ambiguous(one: Routine, other: Routine, call: AmbiguousCall, severity: Finding["severity"]): Finding {
  const facts = { other: other.id, call: statement(one, call), notation: call.notation };
  return { ...finding("overload-ambiguous", { kind: "function", name: one.id }, facts), severity };
}

/** The ambiguous call as a statement that can be run. */
function statement(routine: Routine, call: AmbiguousCall): string {
  const given = call.arguments.map(({ type, name }) => {
    const value = type === undefined ? "null" : `null::${type}`;
    return name === undefined ? value : `${quoted(name)} => ${value}`;
  });
  return `${call.verb} ${path(routine.schema, routine.name)}(${given.join(", ")})`;
}

function isListed(routine: Routine, spec: Subject["spec"]): boolean {
  const rule = spec?.schemas.get(routine.schema)?.functions?.get(routine.name);
  return rule?.overloads?.some((overload) => overload.absent !== true && sameSignature(overload, routine, routine.schema)) ?? false;
}
