import { isPattern } from "../pattern.ts";
import { canonicalType } from "./datatype.ts";
import type { FunctionValue, OverloadValue } from "./object-schemas.ts";
import type { EntryProperties, Path, Reader } from "./section.ts";
import { parseSignature } from "./signature.ts";
import type { FunctionEntry, OverloadEntry } from "./spec.ts";

export function readFunction(value: FunctionValue, path: Path, name: string, reader: Reader): EntryProperties<FunctionEntry> {
  checkPattern(value, path, name, reader);
  if (Array.isArray(value)) return { overloads: readOverloads(value, path, reader) };
  const { overloads, each, ...properties } = value;
  return {
    ...properties,
    overloads: overloads === undefined ? undefined : readOverloads(overloads, [...path, "overloads"], reader),
    each: each === undefined ? undefined : { ...each, line: reader.lineOf([...path, "each"]), nameOnly: false },
  };
}

/** A pattern matches several functions with different arguments, so it cannot list overloads. */
function checkPattern(value: FunctionValue, path: Path, name: string, { problem }: Reader): void {
  const overloads = Array.isArray(value) ? value : value.overloads;
  if (overloads !== undefined && isPattern(name)) {
    problem(path, `"${name}" is a pattern and cannot list overloads: use "each" for properties of all matching functions`);
  }
}

function readOverloads(values: readonly OverloadValue[], path: Path, reader: Reader): OverloadEntry[] {
  const seen = new Set<string>();
  return values.flatMap((value, index) => {
    const at = [...path, index];
    const { args, ...properties } = typeof value === "string" ? { args: value } : value;
    const signature = parseSignature(args);
    if (typeof signature === "string") {
      reader.problem(at, `${JSON.stringify(args)}: ${signature}`);
      return [];
    }
    const types = signature.arguments.filter(({ mode }) => mode !== "out").map(({ type }) => canonicalType(type));
    const identity = `(${types.join(", ")})`;
    if (seen.has(identity)) reader.problem(at, `the overload "${identity}" is listed twice: remove one of the two`);
    seen.add(identity);
    const returns = "returns" in properties ? properties.returns : signature.returns;
    return [{ ...properties, returns, signature, line: reader.lineOf(at), nameOnly: typeof value === "string" }];
  });
}
