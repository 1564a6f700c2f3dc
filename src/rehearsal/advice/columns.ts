import { type Advice, inBatches, inWords } from "./advice.ts";
import { type Action, lower, textOf } from "../sql/alter-table.ts";
import { forNotNull } from "./constraints.ts";
import { forType } from "./new-type.ts";

/** The safer way for an action that changes columns, storage or partitions. Undefined for other actions. Pure. */
export function adviceForColumn(table: string, { tokens, words }: Action, major: number): Advice | undefined {
  if (/^add (?!constraint )/.test(words)) return forNewColumn(table, tokens, words, major);
  if (/^alter (?:column )?\S+ (?:set data )?type\b/.test(words)) return forType(table, tokens);
  if (words.startsWith("attach partition ")) {
    return inWords(
      "Add a check to the new partition that implies its bounds, as NOT VALID, and validate it first. ATTACH PARTITION then reads no row. Drop the check afterwards.",
    );
  }
  if (/^detach partition (?!.*concurrently)/.test(words)) {
    const text = "Detach it concurrently, outside of a transaction: the parent is then not blocked.";
    return { text, sql: [`alter table ${table} ${textOf(tokens)} concurrently`], isRunnable: true };
  }
  if (/^set (logged|unlogged|tablespace|access method)\b/.test(words)) {
    return inWords(
      "Postgres can do this only by writing all rows under a strong lock. Do it in a maintenance window, or fill a new table and swap the names.",
    );
  }
  return undefined;
}

function forNewColumn(table: string, tokens: Action["tokens"], words: string, major: number): Advice | undefined {
  let at = lower(tokens[1]) === "column" ? 2 : 1;
  if (lower(tokens[at]) === "if") at += 3;
  const column = tokens[at]?.text ?? "";
  const start = tokens.findIndex(
    (token, index) =>
      index > at &&
      ["default", "not", "null", "generated", "constraint", "check", "unique", "primary", "references"].includes(lower(token)),
  );
  const type = textOf(tokens.slice(at + 1, start < 0 ? undefined : start));
  if (/\bgenerated\b.*\bstored\b/.test(words) || /\bgenerated\b.*\bidentity\b/.test(words) || /^(small|big)?serial\d?$/i.test(type)) {
    return inWords(
      "A new column with a value for each row makes Postgres write all rows under a strong lock. Add an ordinary column that can be NULL, fill it in batches, and add the default for new rows first.",
      [
        `alter table ${table} add column ${column} ${type.replace(/^bigserial|serial8$/i, "bigint").replace(/^(serial4?|smallserial)$/i, "integer")}`,
      ],
    );
  }
  const value = tokens.findIndex((token) => lower(token) === "default");
  if (value < 0) return undefined;
  const end = tokens.findIndex(
    (token, index) => index > value && ["not", "null", "constraint", "check", "unique", "primary", "references"].includes(lower(token)),
  );
  const expression = textOf(tokens.slice(value + 1, end < 0 ? undefined : end));
  const isRequired = /\bnot null\b/.test(words);
  const others = /\b(unique|primary key|references|check)\b/.test(words)
    ? " Add its keys and checks afterwards, as for a column that exists."
    : "";
  return inWords(
    `A default that differs for each row makes Postgres write all rows under a strong lock. Add the column without it, set the default for new rows, and fill the old rows in batches: repeat the update until it changes no row.${others}`,
    [
      `alter table ${table} add column ${column} ${type}`,
      `alter table ${table} alter column ${column} set default ${expression}`,
      `update ${table} set ${column} = ${expression} where ${inBatches(table, `${column} is null`)}`,
      ...(isRequired ? forNotNull(table, column, major).sql : []),
    ],
  );
}
