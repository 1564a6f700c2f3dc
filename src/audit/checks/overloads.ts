import { inputsOf, typedAmbiguity, untypedRivals, type AmbiguousCall } from "../ambiguity.ts";
import { castsOf, type Casts } from "../casts.ts";
import type { Routine } from "../catalog/routines.ts";
import { conversionAmbiguity } from "../conversion.ts";
import type { Finding } from "../finding.ts";
import { path, quoted } from "../quote.ts";
import { finding, type Check, type Subject } from "./check.ts";
import { sameSignature } from "./functions.ts";

/**
 * Pairs of overloads that make a call ambiguous. An error where the arguments have types, since then no caller
 * can help it but by leaving a notation; a warning where the spec lists both overloads, for then
 * someone wanted both, and where the arguments must be converted for both, for then the caller may convert them;
 * an information where only arguments without types are undecided.
 */
export const overloads: Check = (subject) => {
  const casts = castsOf(subject.catalog);
  const groups = new Map<string, Routine[]>();
  for (const routine of subject.catalog.routines) {
    const key = `${routine.kind === "procedure" ? "call" : "select"} ${path(routine.schema, routine.name)}`;
    groups.set(key, [...(groups.get(key) ?? []), routine]);
  }
  return [...groups.values()].filter((group) => group.length > 1).flatMap((group) => inGroup(group, subject, casts));
};

function inGroup(group: readonly Routine[], { spec }: Subject, casts: Casts): readonly Finding[] {
  const typed = inPairs(group, (one, other) => {
    const call = typedAmbiguity(one, other);
    return call && ambiguous(one, other, call, isListed(one, spec) && isListed(other, spec) ? "warning" : "error");
  });
  if (typed.length > 0) return typed;
  const converted = inPairs(group, (one, other) => {
    const call = conversionAmbiguity(group, one, other, casts);
    return call && ambiguous(one, other, call, isListed(one, spec) && isListed(other, spec) ? "info" : "warning");
  });
  return converted.length > 0 ? converted : untyped(group);
}

function inPairs(group: readonly Routine[], tell: (one: Routine, other: Routine) => Finding | undefined): readonly Finding[] {
  return group.flatMap((one, at) => group.slice(at + 1).flatMap((other) => tell(one, other) ?? []));
}

function untyped(group: readonly Routine[]): readonly Finding[] {
  const most = Math.max(...group.map((routine) => inputsOf(routine).length));
  for (let count = 1; count <= most; count++) {
    const [one, other] = untypedRivals(group, count);
    if (one === undefined || other === undefined) continue;
    return [ambiguous(one, other, { notation: "untyped", positional: Array.from({ length: count }, () => "unknown"), named: [] }, "info")];
  }
  return [];
}

function ambiguous(one: Routine, other: Routine, call: AmbiguousCall, severity: Finding["severity"]): Finding {
  const facts = { other: other.id, call: statement(one, call), notation: call.notation };
  return { ...finding("overload-ambiguous", { kind: "function", name: one.id }, facts), severity };
}

/** The ambiguous call as a statement that can be run. */
function statement(routine: Routine, call: AmbiguousCall): string {
  const positional = call.positional.map((type) => (call.notation === "untyped" ? "null" : `null::${type}`));
  const named = call.named.map(({ name, type }) => `${quoted(name)} => null::${type}`);
  const verb = routine.kind === "procedure" ? "call" : "select";
  return `${verb} ${path(routine.schema, routine.name)}(${[...positional, ...named].join(", ")})`;
}

function isListed(routine: Routine, spec: Subject["spec"]): boolean {
  const rule = spec?.schemas.get(routine.schema)?.functions?.get(routine.name);
  return rule?.overloads?.some((overload) => overload.absent !== true && sameSignature(overload, routine, routine.schema)) ?? false;
}
