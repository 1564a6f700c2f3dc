import * as fc from "fast-check";

/** Texts that have surprised one parser or another. */
const SURPRISES: readonly string[] = [
  "",
  " ",
  "\0",
  "\n",
  "\r\n\t",
  "\u001B[2J",
  "\uFEFF",
  "\uD800",
  "\u202Eabc",
  "ä́𝒳",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "null",
  "true",
  "NaN",
  "-0",
  "1e999",
  "0x10",
  "99999999999999999999",
  "infinity",
  "2026-02-30T25:61:00Z",
  "+275760-09-13T00:00:00.001Z",
  "%",
  "%zz",
  "%00",
  "..",
  "../../etc/passwd",
  "'; drop table t; --",
  '"',
  "$$",
  "${{ github.token }}",
  "$(id)",
  "`id`",
  "::set-env name=A::b",
  "##vso[task.complete]",
  "\\",
  "{{{",
  "[[[",
  "&a [*a]",
  "*a",
  "<<: *a",
  "? ",
  "- ",
  ": ",
  "!!binary x",
  "!<tag:yaml.org,2002:js/function> x",
  "--- \n...",
  "|-",
  "#",
  "<html>",
  "postgresql://u:p@h/d",
  "-rf",
];

/** Long or deep, and rare: each costs more than a hundred short ones. */
const LARGE: readonly string[] = [
  "a".repeat(50_000),
  "[".repeat(5000),
  "(a|".repeat(2000),
  "\n".repeat(20_000),
  "{a: ".repeat(3000),
  "a,".repeat(20_000),
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...SURPRISES) },
  { weight: 10, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  { weight: 10, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(...LARGE) },
);

const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: hostileText },
  { weight: 6, arbitrary: fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 2 ** 53, 1e308, -1e308, [], {}) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(nested(2000), JSON.parse('{"__proto__": {"isAdmin": true}}')) },
);

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let at = 0; at < depth; at += 1) value = [value];
  return value;
}

/** One of the texts, with up to eight changes: parts deleted, repeated or moved, and other texts and words of the language put in. */
export function changedText(texts: readonly string[], words: readonly string[]): fc.Arbitrary<string> {
  const part = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: hostileText });
  const change = fc.record({
    kind: fc.constantFrom("insert", "insert", "replace", "delete", "repeat", "move", "line"),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    to: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 40 }),
    part,
  });
  const changed = fc.tuple(fc.constantFrom(...texts), fc.array(change, { maxLength: 8 })).map(([text, changes]) =>
    changes.reduce((before, { kind, from, to, length, part: inserted }) => {
      const at = Math.floor(from * before.length);
      const end = Math.min(before.length, at + length);
      if (kind === "insert") return before.slice(0, at) + inserted + before.slice(at);
      if (kind === "replace") return before.slice(0, at) + inserted + before.slice(end);
      if (kind === "delete") return before.slice(0, at) + before.slice(end);
      if (kind === "repeat") return before.slice(0, end) + before.slice(at, end).repeat(length) + before.slice(end);
      if (kind === "line") return replaceLine(before, from, inserted);
      const rest = before.slice(0, at) + before.slice(end);
      const target = Math.floor(to * rest.length);
      return rest.slice(0, target) + before.slice(at, end) + rest.slice(target);
    }, text),
  );
  const invented = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(""));
  return fc.oneof({ weight: 8, arbitrary: changed }, { weight: 2, arbitrary: invented }, { weight: 1, arbitrary: hostileText });
}

/** A new value after the key of a line, with its indent. */
function replaceLine(text: string, from: number, inserted: string): string {
  const lines = text.split("\n");
  const at = Math.min(lines.length - 1, Math.floor(from * lines.length));
  const [kept = ""] = /^[^:]*:?/.exec(lines[at] ?? "") ?? [];
  return lines.with(at, `${kept} ${inserted}`).join("\n");
}

interface JsonChange {
  readonly way: readonly number[];
  readonly kind: "replace" | "delete" | "double" | "rename";
  readonly value: unknown;
  readonly name: string;
}

const jsonChange: fc.Arbitrary<JsonChange> = fc.record({
  way: fc.array(fc.nat(200), { minLength: 1, maxLength: 6 }),
  kind: fc.constantFrom("replace", "replace", "replace", "delete", "double", "rename"),
  value: hostileValue,
  name: hostileText,
});

/** The changes of `changedJson`, for values that are known only later. */
export const jsonChanges: fc.Arbitrary<readonly JsonChange[]> = fc.array(jsonChange, { maxLength: 4 });

/** One of the values of JSON, with up to four changes anywhere inside it. */
export function changedJson(values: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.tuple(fc.constantFrom(...values), jsonChanges).map(([value, changes]) => withChanges(value, changes)) },
    { weight: 1, arbitrary: hostileValue },
  );
}

export function withChanges(value: unknown, changes: readonly JsonChange[]): unknown {
  return changes.reduce((before, change) => changeAt(before, change.way, change), value);
}

function changeAt(value: unknown, [first, ...rest]: readonly number[], change: JsonChange): unknown {
  if (typeof value !== "object" || value === null || first === undefined) return change.value;
  const entries = Object.entries(value);
  const [key, child] = entries[first % Math.max(1, entries.length)] ?? [];
  if (key === undefined) return change.value;
  const isDeeper = rest.length > 0 && typeof child === "object" && child !== null;
  const changed = entries.flatMap(([name, each]): [string, unknown][] => {
    if (name !== key) return [[name, each]];
    if (isDeeper) return [[name, changeAt(each, rest, change)]];
    if (change.kind === "delete") return [];
    if (change.kind === "rename") return [[change.name, each]];
    return change.kind === "double"
      ? [
          [name, each],
          [`${name}2`, each],
        ]
      : [[name, change.value]];
  });
  return Array.isArray(value) ? changed.map(([, each]) => each) : Object.fromEntries(changed);
}
