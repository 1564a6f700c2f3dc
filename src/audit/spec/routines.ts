import { isPattern } from "../pattern.ts";
import { canonicalType } from "./datatype.ts";
import { type EntryProperties, type Path, type Reader } from "./section.ts";
import type { WrittenEntry } from "./relations.ts";
import { parseSignature } from "./signature.ts";
import type { FunctionEntry, OverloadEntry } from "./spec.ts";

type WrittenFunction = WrittenEntry<"functions">;
type WrittenOverload = Extract<WrittenFunction, readonly unknown[]>[number];

export function readFunction(written: WrittenFunction, at: Path, name: string, reading: Reader): EntryProperties<FunctionEntry> {
  checkPattern(written, at, name, reading);
  if (Array.isArray(written)) return { overloads: overloads(written, at, reading) };
  const { overloads: list, each, ...said } = written;
  return {
    ...said,
    overloads: list === undefined ? undefined : overloads(list, [...at, "overloads"], reading),
    each: each === undefined ? undefined : { ...each, line: reading.lineOf([...at, "each"]), nameOnly: false },
  };
}

/** What a list can't be said of: a pattern stands for many functions, each with arguments of its own. */
function checkPattern(written: WrittenFunction, at: Path, name: string, { problem }: Reader): void {
  const list = Array.isArray(written) ? written : written.overloads;
  if (list !== undefined && isPattern(name)) problem(at, `"${name}" stands for many functions and can't list overloads: say "each"`);
}

function overloads(list: readonly WrittenOverload[], at: Path, reading: Reader): OverloadEntry[] {
  const seen = new Set<string>();
  return list.flatMap((entry, index) => {
    const place = [...at, index];
    const { args, ...said } = typeof entry === "string" ? { args: entry } : entry;
    const signature = parseSignature(args);
    if (typeof signature === "string") {
      reading.problem(place, `${JSON.stringify(args)}: ${signature}`);
      return [];
    }
    const types = signature.arguments.filter(({ mode }) => mode !== "out").map(({ type }) => canonicalType(type));
    const identity = `(${types.join(", ")})`;
    if (seen.has(identity)) reading.problem(place, `the overload "${identity}" is listed twice`);
    seen.add(identity);
    const returns = "returns" in said ? said.returns : signature.returns;
    return [{ ...said, returns, signature, line: reading.lineOf(place), nameOnly: typeof entry === "string" }];
  });
}
