import { isMap, isScalar, isSeq, type YAMLMap, type YAMLSeq } from "yaml";
import type { Routine } from "../../catalog/routines.ts";
import { sameSignature } from "../rules/spec/functions.ts";
import { layOut, nameOf } from "../spec-writer/layout.ts";
import { isPattern, keyOfName, literalName } from "../pattern.ts";
import { path } from "../../catalog/quote.ts";
import type { FunctionRule, SchemaRule } from "../spec/spec.ts";
import type { Plain } from "../spec-writer/known.ts";
import { writtenRoutine } from "../spec-writer/spec-writer.ts";
import type { Changes } from "./change.ts";
import { insert, pairOf } from "./place.ts";
import { changeProperty } from "./section.ts";
import { keyOf } from "./values.ts";

/** The functions of a schema, each by its whole list of overloads. */
export function changeFunctions(changes: Changes, schema: string, rule: SchemaRule, parent: YAMLMap, siblings: readonly string[]): void {
  const { document, found } = changes;
  const routines = found.inSchema("routines", schema);
  const names = [...new Set(routines.map(({ name }) => name))];
  const node = pairOf(parent, "functions")?.value;
  const stays = (key: string): boolean => {
    const one = rule.functions?.get(literalName(key));
    return isPattern(key) || one === undefined || !changes.isMissing(one, "function", path(schema, literalName(key)));
  };
  if (isSeq(node)) node.items = node.items.filter((item) => stays(nameOf(item)));
  if (isMap(node)) {
    node.items = node.items.filter(({ key }) => stays(nameOf(key)));
    for (const pair of node.items.slice()) {
      const name = literalName(nameOf(pair.key));
      const one = rule.functions?.get(name);
      const list = isMap(pair.value) ? pairOf(pair.value, "overloads")?.value : pair.value;
      if (one?.overloads === undefined || !isSeq(list)) continue;
      const ofName = routines.filter((routine) => routine.name === name);
      changeOverloads(changes, { rule: one, list, routines: ofName, schema, isExact: rule.mode === "exactly" });
      if (list.items.length === 0) node.items.splice(node.items.indexOf(pair), 1);
    }
  }
  const order = names.map(keyOfName);
  for (const name of names) {
    const overloads = routines.filter((routine) => routine.name === name);
    if (rule.functions?.has(name) === true || !overloads.some(({ id }) => changes.isUnexpected("function", id))) continue;
    if (isSeq(node)) node.items.push(document.createNode(keyOfName(name)));
    else {
      if (pairOf(parent, "functions") === undefined) insert(document, parent, "functions", {}, siblings, "functions");
      const map = pairOf(parent, "functions")?.value as YAMLMap;
      insert(
        document,
        map,
        keyOfName(name),
        overloads.map((one) => writtenRoutine(one, found)),
        order,
        "functions",
      );
    }
  }
}

interface Overloads {
  readonly rule: FunctionRule;
  readonly list: YAMLSeq;
  readonly routines: readonly Routine[];
  readonly schema: string;
  readonly isExact: boolean;
}

function changeOverloads(changes: Changes, { rule, list, routines, schema, isExact }: Overloads): void {
  const { document, found } = changes;
  const pairs = (rule.overloads ?? []).map((overload, at) => ({
    overload,
    item: list.items[at],
    routine: routines.find((routine) => sameSignature(overload, routine, schema)),
  }));
  const kept = pairs.filter(({ overload, routine }) => overload.absent === true || routine !== undefined);
  for (const { overload, item, routine } of kept) {
    if (routine === undefined || overload.absent === true) continue;
    const keys = changes.differing(overload, "function", routine.id).map(keyOf);
    const written = writtenRoutine(routine, found);
    if (isMap(item)) for (const key of new Set(keys)) changeProperty(changes, item, key, written, isExact);
    else if (isScalar(item) && keys.length > 0) item.value = signatureText(written, overload.signature.returns !== undefined);
  }
  const listed = new Set(kept.map(({ routine }) => routine));
  const fresh = routines
    .filter((routine) => !listed.has(routine) && changes.isUnexpected("function", routine.id))
    .map((routine) => {
      const node = document.createNode(writtenRoutine(routine, found));
      layOut(node);
      return node;
    });
  list.items = [...kept.map(({ item }) => item), ...fresh];
}

function signatureText({ args, returns }: Plain, withResult: boolean): string {
  return withResult ? `${String(args)} returns ${String(returns)}` : String(args);
}
