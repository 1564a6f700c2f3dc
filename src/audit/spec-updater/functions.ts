import { isMap, isScalar, isSeq, type YAMLMap, type YAMLSeq } from "yaml";
import type { Routine } from "../../catalog/routines.ts";
import { sameSignature } from "../rules/spec/functions.ts";
import { setFlowStyle, keyText } from "../spec-writer/flow-style.ts";
import { isPattern, keyOfName, literalName } from "../pattern.ts";
import { path } from "../../catalog/quote.ts";
import type { FunctionEntry, SchemaEntry } from "../spec/spec.ts";
import type { YamlObject } from "../spec-writer/entry.ts";
import { overloadEntry } from "../spec-writer/schema.ts";
import type { Changes } from "./changes.ts";
import { insertPair, findPair } from "./edit-yaml.ts";
import { updateProperty } from "./section.ts";
import { keyOfProperty } from "./properties.ts";

/** The functions of a schema, each by its whole list of overloads. */
export function updateFunctions(changes: Changes, schema: string, rule: SchemaEntry, parent: YAMLMap, siblings: readonly string[]): void {
  const { document, found } = changes;
  const routines = found.inSchema("routines", schema);
  const names = [...new Set(routines.map(({ name }) => name))];
  const node = findPair(parent, "functions")?.value;
  const stays = (key: string): boolean => {
    const one = rule.functions?.get(literalName(key));
    return isPattern(key) || one === undefined || !changes.isMissing(one, "function", path(schema, literalName(key)));
  };
  if (isSeq(node)) node.items = node.items.filter((item) => stays(keyText(item)));
  if (isMap(node)) {
    node.items = node.items.filter(({ key }) => stays(keyText(key)));
    for (const pair of node.items.slice()) {
      const name = literalName(keyText(pair.key));
      const one = rule.functions?.get(name);
      const list = isMap(pair.value) ? findPair(pair.value, "overloads")?.value : pair.value;
      if (one?.overloads === undefined || !isSeq(list)) continue;
      const ofName = routines.filter((routine) => routine.name === name);
      updateOverloads(changes, { rule: one, list, routines: ofName, schema, isExact: rule.mode === "exactly" });
      if (list.items.length === 0) node.items.splice(node.items.indexOf(pair), 1);
    }
  }
  const order = names.map(keyOfName);
  for (const name of names) {
    const overloads = routines.filter((routine) => routine.name === name);
    if (rule.functions?.has(name) === true || !overloads.some(({ id }) => changes.isUnexpected("function", id))) continue;
    if (isSeq(node)) node.items.push(document.createNode(keyOfName(name)));
    else {
      if (findPair(parent, "functions") === undefined) insertPair(document, parent, "functions", {}, siblings, "functions");
      const map = findPair(parent, "functions")?.value as YAMLMap;
      insertPair(
        document,
        map,
        keyOfName(name),
        overloads.map((one) => overloadEntry(one, found)),
        order,
        "functions",
      );
    }
  }
}

interface Overloads {
  readonly rule: FunctionEntry;
  readonly list: YAMLSeq;
  readonly routines: readonly Routine[];
  readonly schema: string;
  readonly isExact: boolean;
}

function updateOverloads(changes: Changes, { rule, list, routines, schema, isExact }: Overloads): void {
  const { document, found } = changes;
  const pairs = (rule.overloads ?? []).map((overload, at) => ({
    overload,
    item: list.items[at],
    routine: routines.find((routine) => sameSignature(overload, routine, schema)),
  }));
  const kept = pairs.filter(({ overload, routine }) => overload.absent === true || routine !== undefined);
  for (const { overload, item, routine } of kept) {
    if (routine === undefined || overload.absent === true) continue;
    const keys = changes.differing(overload, "function", routine.id).map(keyOfProperty);
    const written = overloadEntry(routine, found);
    if (isMap(item)) for (const key of new Set(keys)) updateProperty(changes, item, key, written, isExact);
    else if (isScalar(item) && keys.length > 0) item.value = signatureText(written, overload.signature.returns !== undefined);
  }
  const listed = new Set(kept.map(({ routine }) => routine));
  const fresh = routines
    .filter((routine) => !listed.has(routine) && changes.isUnexpected("function", routine.id))
    .map((routine) => {
      const node = document.createNode(overloadEntry(routine, found));
      setFlowStyle(node);
      return node;
    });
  list.items = [...kept.map(({ item }) => item), ...fresh];
}

function signatureText({ args, returns }: YamlObject, withResult: boolean): string {
  return withResult ? `${String(args)} returns ${String(returns)}` : String(args);
}
