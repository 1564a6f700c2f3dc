import { isMap, isScalar, isSeq, type YAMLMap, type YAMLSeq } from "yaml";
import { path } from "../../catalog/quote.ts";
import type { Routine } from "../../catalog/routines.ts";
import { isPattern, keyOfName, literalName } from "../pattern.ts";
import { sameSignature } from "../rules/spec/functions.ts";
import type { YamlObject } from "../spec-writer/entry.ts";
import { keyText, setFlowStyle } from "../spec-writer/flow-style.ts";
import { overloadEntry } from "../spec-writer/routines.ts";
import type { FunctionEntry, SchemaEntry } from "../spec/spec.ts";
import type { Changes } from "./changes.ts";
import { findPair, insertPair } from "./edit-yaml.ts";
import { keyOfProperty } from "./properties.ts";
import { updateProperty } from "./section.ts";

interface FunctionsUpdate {
  readonly schema: SchemaEntry;
  readonly schemaName: string;
  /** The mapping of the schema. */
  readonly parent: YAMLMap;
  /** The keys of the schema in the order of `--write`. */
  readonly siblings: readonly string[];
}

/** Updates the section `functions`, where each entry is the complete list of overloads of one name. */
export function updateFunctions(changes: Changes, update: FunctionsUpdate): void {
  const { schema, schemaName, parent } = update;
  const routines = changes.found.inSchema("routines", schemaName);
  const node = findPair(parent, "functions")?.value;
  const isKept = (key: string): boolean => {
    const entry = schema.functions?.get(literalName(key));
    return isPattern(key) || entry === undefined || !changes.isMissing(entry, "function", path(schemaName, literalName(key)));
  };
  if (isSeq(node)) node.items = node.items.filter((item) => isKept(keyText(item)));
  if (isMap(node)) {
    node.items = node.items.filter(({ key }) => isKept(keyText(key)));
    for (const pair of node.items.slice()) {
      const name = literalName(keyText(pair.key));
      const entry = schema.functions?.get(name);
      const list = isMap(pair.value) ? findPair(pair.value, "overloads")?.value : pair.value;
      if (entry?.overloads === undefined || !isSeq(list)) continue;
      const ofName = routines.filter((routine) => routine.name === name);
      updateOverloads(changes, { entry, list, routines: ofName, schemaName, isExact: schema.mode === "exactly" });
      if (list.items.length === 0) node.items.splice(node.items.indexOf(pair), 1);
    }
  }
  addFunctions(changes, update, routines);
}

/** Adds the functions that the spec does not list. */
function addFunctions(changes: Changes, { schema, parent, siblings }: FunctionsUpdate, routines: readonly Routine[]): void {
  const { document, found } = changes;
  const names = [...new Set(routines.map(({ name }) => name))];
  const order = names.map(keyOfName);
  for (const name of names) {
    const overloads = routines.filter((routine) => routine.name === name);
    if (schema.functions?.has(name) === true || !overloads.some(({ id }) => changes.isUnexpected("function", id))) continue;
    const key = keyOfName(name);
    const node = findPair(parent, "functions")?.value;
    if (isSeq(node)) {
      node.items.push(document.createNode(key));
      continue;
    }
    if (node === undefined) insertPair(document, parent, { key: "functions", value: {}, order: siblings, section: "functions" });
    const map = findPair(parent, "functions")?.value as YAMLMap;
    insertPair(document, map, { key, value: overloads.map((one) => overloadEntry(one, found)), order, section: "functions" });
  }
}

interface OverloadsUpdate {
  readonly entry: FunctionEntry;
  readonly list: YAMLSeq;
  readonly routines: readonly Routine[];
  readonly schemaName: string;
  readonly isExact: boolean;
}

function updateOverloads(changes: Changes, { entry, list, routines, schemaName, isExact }: OverloadsUpdate): void {
  const { document, found } = changes;
  const pairs = (entry.overloads ?? []).map((overload, at) => ({
    overload,
    item: list.items[at],
    routine: routines.find((routine) => sameSignature(overload, routine, schemaName)),
  }));
  const kept = pairs.filter(({ overload, routine }) => overload.absent === true || routine !== undefined);
  for (const { overload, item, routine } of kept) {
    if (routine === undefined || overload.absent === true) continue;
    const keys = changes.differing(overload, "function", routine.id).map(keyOfProperty);
    const current = overloadEntry(routine, found);
    if (isMap(item)) for (const key of new Set(keys)) updateProperty(changes, item, key, current, isExact);
    else if (isScalar(item) && keys.length > 0) item.value = signatureText(current, overload.signature.returns !== undefined);
  }
  const listed = new Set(kept.map(({ routine }) => routine));
  const added = routines
    .filter((routine) => !listed.has(routine) && changes.isUnexpected("function", routine.id))
    .map((routine) => {
      const node = document.createNode(overloadEntry(routine, found));
      setFlowStyle(node);
      return node;
    });
  list.items = [...kept.map(({ item }) => item), ...added];
}

function signatureText({ args, returns }: YamlObject, withResult: boolean): string {
  return withResult ? `${String(args)} returns ${String(returns)}` : String(args);
}
