import type { Argument, Routine } from "../../../catalog/routines.ts";
import { matches } from "../../pattern.ts";
import { path, quoted } from "../../../catalog/quote.ts";
import { sameArgumentType } from "../../spec/datatype.ts";
import { nearest } from "../../../nearest.ts";
import type { FunctionEntry, OverloadEntry, RoutineEntry, SchemaEntry } from "../../spec/spec.ts";
import type { SignatureArgument } from "../../spec/signature.ts";
import { type AuditFinding, finding } from "../../finding.ts";
import type { AuditInput, AuditRule } from "../rule.ts";
import { comment, grants, identified } from "./comments-and-grants.ts";
import { inEachSchema } from "./schemas.ts";
import { compareProperties, covers, listed, NONE, noMatch, yesNo, type Property } from "./compare-section.ts";
import { sameDefault } from "./tables.ts";

/** Compares functions by the complete list of their overloads, so that it finds an outdated overload as well as a missing one. */
export const functions: AuditRule = (input) =>
  inEachSchema(input, (schema, entry, file) => {
    const byName = new Map<string, Routine[]>();
    for (const routine of input.inSchema("routines", schema)) byName.set(routine.name, [...(byName.get(routine.name) ?? []), routine]);
    const findings = [...(entry.functions ?? [])].flatMap(([name, functionEntry]) => {
      const place = { schema, name, entry: functionEntry, schemaEntry: entry, file };
      return functionEntry.pattern === true
        ? comparePattern(input, place, input.inSchema("routines", schema))
        : compareFunction(input, place, byName.get(name) ?? [], [...byName.keys()]);
    });
    if (entry.mode !== "exactly") return findings;
    const surplus = [...byName].flatMap(([name, routines]) => (covers(entry.functions, name) ? [] : routines));
    return [...findings, ...surplus.map((routine) => unexpected(routine, { file, entry }))];
  });

interface FunctionContext {
  readonly schema: string;
  readonly name: string;
  readonly entry: FunctionEntry;
  readonly schemaEntry: SchemaEntry;
  readonly file: string;
}

function comparePattern(input: AuditInput, context: FunctionContext, routines: readonly Routine[]): AuditFinding[] {
  const { schema, name, entry, file } = context;
  const matching = routines.filter((routine) => matches(name, routine.name));
  if (matching.length === 0 && entry.required === true) return [noMatch("function", path(schema), name, { file, entry })];
  if (entry.absent === true) return matching.map((routine) => finding("forbidden", functionOf(routine), {}, { file, entry }));
  return compareEach(input, context, matching);
}

/** Compares what the entry requires of each overload. */
function compareEach(input: AuditInput, { schema, entry, file }: FunctionContext, routines: readonly Routine[]): AuditFinding[] {
  const { each } = entry;
  if (each === undefined) return [];
  const merged = { ...each, reason: each.reason ?? entry.reason, severity: each.severity ?? entry.severity };
  const place = { file, mode: "at least" as const, properties: ofRoutine(input, schema) };
  return routines.flatMap((routine) => compareProperties(place, functionOf(routine), merged, routine));
}

function compareFunction(
  input: AuditInput,
  context: FunctionContext,
  actual: readonly Routine[],
  names: readonly string[],
): AuditFinding[] {
  const { schema, name, entry, file } = context;
  const object = { kind: "function", name: path(schema, name) } as const;
  if (entry.absent === true) return actual.map((routine) => finding("forbidden", functionOf(routine), {}, { file, entry }));
  if (entry.overloads === undefined) {
    if (actual.length > 0) return compareEach(input, context, actual);
    return [finding("missing", object, { nearest: nearest(name, names) }, { file, entry })];
  }
  const pairs = entry.overloads.map((overload) => ({
    overload,
    routine: actual.find((routine) => sameSignature(overload, routine, schema)),
  }));
  const found = new Set(pairs.map(({ routine }) => routine));
  const others = actual.filter((routine) => !found.has(routine));
  return [
    ...pairs.flatMap(({ overload, routine }) => compareOverload(input, context, { overload, routine, others, names })),
    ...compareEach(input, context, actual),
    ...others.map((routine) => unexpected(routine, { file, entry }, true)),
  ];
}

interface Pair {
  readonly overload: OverloadEntry;
  readonly routine: Routine | undefined;
  readonly others: readonly Routine[];
  readonly names: readonly string[];
}

function compareOverload(
  input: AuditInput,
  { schema, name, entry, schemaEntry, file }: FunctionContext,
  { overload, routine, others, names }: Pair,
): AuditFinding[] {
  const merged = { ...overload, reason: overload.reason ?? entry.reason, severity: overload.severity ?? entry.severity };
  const types = inputs(overload.signature.arguments).map(({ type }) => type);
  if (overload.absent === true) {
    return routine === undefined ? [] : [finding("forbidden", functionOf(routine), {}, { file, entry: merged })];
  }
  if (routine === undefined) {
    const near = others.length > 0 ? others.map(({ signature }) => signature).join(", ") : nearest(name, names);
    const object = { kind: "function", name: `${path(schema, name)}(${types.join(", ")})` } as const;
    return [finding("missing", object, { expected: shownArguments(overload.signature.arguments), nearest: near }, { file, entry: merged })];
  }
  const place = { file, mode: overload.nameOnly ? ("at least" as const) : schemaEntry.mode, properties: properties(input, schema) };
  return compareProperties(place, functionOf(routine), merged, routine);
}

function properties(input: AuditInput, schema: string): readonly Property<OverloadEntry, Routine>[] {
  return [
    {
      name: "arguments",
      expected: ({ signature }) =>
        signature.arguments.some(({ name }) => name !== undefined) ? argumentNames(signature.arguments) : undefined,
      actual: (routine) => argumentNames(routine.arguments),
    },
    {
      name: "defaults",
      expected: ({ signature }) =>
        signature.arguments.some((argument) => argument.default !== undefined) ? defaults(signature.arguments) : undefined,
      actual: (routine) => defaults(routine.arguments),
      defaultText: NONE,
      same: sameDefaults,
    },
    ...ofRoutine(input, schema),
  ];
}

/** The properties that do not depend on the arguments. */
function ofRoutine(input: AuditInput, schema: string): readonly Property<RoutineEntry, Routine>[] {
  return [
    {
      name: "result",
      expected: (entry) => entry.returns,
      actual: (routine) => routine.result ?? NONE,
      same: (expected, actual) => expected.toLowerCase() === actual.toLowerCase() || sameArgumentType(expected, actual, schema),
    },
    { name: "language", expected: (entry) => entry.language, actual: (routine) => routine.language },
    { name: "volatility", expected: (entry) => entry.volatility, actual: (routine) => routine.volatility, defaultText: "volatile" },
    { name: "security", expected: (entry) => entry.security, actual: (routine) => routine.security, defaultText: "invoker" },
    { name: "strict", expected: (entry) => yesNo(entry.strict), actual: (routine) => (routine.strict ? "yes" : "no"), defaultText: "no" },
    { name: "parallel", expected: (entry) => entry.parallel, actual: (routine) => routine.parallel, defaultText: "unsafe" },
    {
      name: "settings",
      expected: (entry) => listed(entry.settings),
      actual: (routine) => listed(routine.settings) ?? NONE,
      defaultText: NONE,
    },
    { name: "body", expected: (entry) => entry.body, actual: (routine) => routine.body },
    comment(input, identified("function", "procedure", "aggregate")),
    grants(input, "routine"),
  ];
}

/** Whether an overload of the spec is this routine: the same input types in the same order. */
export function sameSignature(overload: OverloadEntry, routine: Routine, schema: string): boolean {
  const [expected, actual] = [inputs(overload.signature.arguments), inputs(routine.arguments)];
  return (
    expected.length === actual.length && expected.every((argument, at) => sameArgumentType(argument.type, actual[at]?.type ?? "", schema))
  );
}

function inputs<A extends SignatureArgument | Argument>(list: readonly A[]): A[] {
  return list.filter(({ mode }) => mode !== "out" && mode !== "table");
}

function argumentNames(list: readonly (SignatureArgument | Argument)[]): string {
  return listed(inputs(list).map(({ name }) => name ?? "(unnamed)")) ?? NONE;
}

const BETWEEN = ", ";

function defaults(list: readonly (SignatureArgument | Argument)[]): string {
  return (
    listed(
      inputs(list).flatMap((argument, at) =>
        argument.default === undefined ? [] : [`${argument.name ?? `$${at + 1}`} = ${argument.default}`],
      ),
    ) ?? NONE
  );
}

function sameDefaults(expected: string, actual: string): boolean {
  const [a, b] = [expected.split(BETWEEN), actual.split(BETWEEN)];
  return expected === actual || (a.length === b.length && a.every((text, at) => sameDefault(afterName(text), afterName(b[at] ?? ""))));
}

function afterName(text: string): string {
  return text.slice(text.indexOf(" = ") + 3);
}

function shownArguments(list: readonly SignatureArgument[]): string {
  return `(${list.map(({ name, type, default: initial }) => [name === undefined ? undefined : quoted(name), type, initial === undefined ? undefined : `default ${initial}`].filter((part) => part !== undefined).join(" ")).join(", ")})`;
}

function functionOf(routine: Routine): AuditFinding["object"] {
  return { kind: "function", name: routine.id };
}

/** `overload`: the spec lists the overloads of the function, but not this one. */
function unexpected(routine: Routine, origin: Parameters<typeof finding>[3], overload?: true): AuditFinding {
  const shown = routine.arguments.map(({ name, type }) => (name === undefined ? type : `${quoted(name)} ${type}`)).join(", ");
  return finding(
    "unexpected",
    functionOf(routine),
    { definition: `${routine.kind} ${path(routine.schema, routine.name)}(${shown})`, overload },
    origin,
  );
}
