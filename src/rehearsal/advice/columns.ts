import { type Advice, inBatches, inWords } from "./advice.ts";
import { type Action, lower, textOf } from "./alter-table.ts";

/** The safer way for an action that changes columns, storage or partitions. Undefined for other actions. Pure. */
export function adviceForColumn(table: string, { tokens, words }: Action): Advice | undefined {
  if (/^add (?!constraint )/.test(words)) return forNewColumn(table, tokens, words);
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

function forNewColumn(table: string, tokens: Action["tokens"], words: string): Advice | undefined {
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
  return inWords(
    "A default that differs for each row makes Postgres write all rows under a strong lock. Add the column without it, set the default for new rows, and fill the old rows in batches: repeat the last statement until it changes no row.",
    [
      `alter table ${table} add column ${column} ${type}`,
      `alter table ${table} alter column ${column} set default ${expression}`,
      `update ${table} set ${column} = ${expression} where ${inBatches(table, `${column} is null`)}`,
    ],
  );
}

function forType(table: string, tokens: Action["tokens"]): Advice {
  const column = tokens[lower(tokens[1]) === "column" ? 2 : 1]?.text ?? "";
  const at = tokens.findIndex((token) => lower(token) === "type");
  const using = tokens.findIndex((token) => lower(token) === "using");
  const type = textOf(tokens.slice(at + 1, using < 0 ? undefined : using));
  const plain = column.replaceAll('"', "");
  const missing = `${plain}_new is null and ${column} is not null`;
  return inWords(
    "Add a second column of the new type, keep it equal with a trigger, fill it in batches, and swap the names when no code uses the old one any more.",
    [
      `alter table ${table} add column ${plain}_new ${type}`,
      `update ${table} set ${plain}_new = ${using < 0 ? column : textOf(tokens.slice(using + 1))} where ${inBatches(table, missing)}`,
      `alter table ${table} rename column ${column} to ${plain}_old`,
      `alter table ${table} rename column ${plain}_new to ${column}`,
    ],
  );
}
