import { tokensOf } from "../../postgres/sql/tokens.ts";
import { bracketed } from "../sql/alter-table.ts";
import { derivedName, plainName } from "../sql/names.ts";
import type { ColumnFacts } from "../table-facts.ts";

/** The names of what the advice adds, as they are written in statements. */
export interface SwapNames {
  readonly column: string;
  readonly added: string;
  readonly trigger: string;
  readonly notNull: string;
}

/** An index, check or foreign key of the new column. */
export interface SwapPart {
  readonly name: string;
  /** Its name until the old one is dropped. */
  readonly temporary: string;
  /** Of an index, from `using` on. */
  readonly definition: string;
  readonly kind: "index" | "unique index" | "key" | "constraint";
  /** What makes the index a key again. */
  readonly key: string;
}

/** The parts of the old column, written for the new one. A text is the reason why one cannot be written so. Pure. */
export function partsOf(column: ColumnFacts, names: SwapNames): readonly SwapPart[] | string {
  const parts: SwapPart[] = [];
  for (const { name, definition, isUnique, constraint } of column.indexes) {
    if (constraint !== null && !/^(PRIMARY KEY|UNIQUE)/.test(constraint)) return `${name} is an exclusion constraint`;
    const own = withColumn(definition.slice(definition.indexOf(" USING ") + 1), column.name, names.added);
    if (own === undefined) return `the definition of ${name} uses the name of the column for something else`;
    const ending = /(?: NOT DEFERRABLE| DEFERRABLE| INITIALLY (?:DEFERRED|IMMEDIATE))*$/.exec(constraint ?? "")?.[0] ?? "";
    const key =
      constraint === null
        ? ""
        : (constraint.startsWith("PRIMARY") ? "primary key" : "unique") + ` using index ${temporaryOf(name)}${ending.toLowerCase()}`;
    parts.push({
      name,
      temporary: temporaryOf(name),
      definition: own,
      kind: constraint !== null ? "key" : isUnique ? "unique index" : "index",
      key,
    });
  }
  for (const { name, kind, definition } of column.constraints) {
    if (kind === "n") continue;
    const own = kind === "c" ? withColumn(definition, column.name, names.added) : foreignKey(definition, column.name, names.added);
    if (own === undefined) return `the definition of ${name} uses the name of the column for something else`;
    parts.push({ name, temporary: temporaryOf(name), definition: own, kind: "constraint", key: "" });
  }
  const taken = new Set(parts.map(({ temporary }) => temporary));
  return taken.size === parts.length ? parts : "the names of its indexes differ only at their ends";
}

function temporaryOf(name: string): string {
  return derivedName([name], "new");
}

/** Only its own columns, not those of the other table. */
function foreignKey(definition: string, from: string, to: string): string | undefined {
  const tokens = tokensOf(definition);
  const own = bracketed(
    tokens,
    tokens.findIndex(({ text }) => text === "("),
  );
  const end = (own.at(-1)?.at ?? 0) + 1;
  if (/ SET (?:NULL|DEFAULT) \(/.test(definition)) return undefined;
  const changed = withColumn(definition.slice(0, end), from, to);
  return changed === undefined ? undefined : changed + definition.slice(end);
}

/** A definition with another column in place of this one. Undefined where the name is that of a function, a type or a part of another name. */
function withColumn(definition: string, from: string, to: string): string | undefined {
  const tokens = tokensOf(definition);
  const isOwn = (at: number): boolean => {
    const token = tokens[at];
    return (
      (token?.kind === "name" || (token?.kind === "word" && token.text === token.text.toLowerCase())) && plainName(token.text) === from
    );
  };
  let text = "";
  let end = 0;
  for (const [at, token] of tokens.entries()) {
    if (!isOwn(at)) continue;
    if (tokens[at + 1]?.text === "(" || [".", ":"].includes(tokens[at - 1]?.text ?? "") || tokens[at + 1]?.text === ".") return undefined;
    // A keyword of the definition is not quoted.
    text += definition.slice(end, token.at) + to;
    end = token.at + token.text.length;
  }
  return end === 0 ? undefined : text + definition.slice(end);
}
