import type { Table } from "../../catalog/relations.ts";
import { quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { Making } from "../repair-context.ts";
import { guarded, plain, type Remedy, type Statement } from "../step.ts";

/** Of a foreign table: its server, and its options as `name=value`. */
interface Target {
  readonly server: string;
  readonly options: readonly string[];
}

/** The catalog's `server {a=1,"b=two words"}`, where the options are an array's text. */
function targetOf({ server: text = "" }: Table): Target {
  const [, server = text, list = ""] = /^(.*?) \{(.*)\}$/s.exec(text) ?? [];
  const options = [...list.matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs)].map(
    ([, inQuotes, bare]) => inQuotes?.replaceAll(/\\(.)/gs, "$1") ?? bare ?? "",
  );
  return { server, options };
}

/** ` options (a '1')`, or nothing. */
export function foreignOptions(options: readonly string[]): string {
  return options.length === 0 ? "" : ` options (${options.map((option) => `${nameOf(option)} ${literal(valueOf(option))}`).join(", ")})`;
}

/** The end of `create foreign table`; undefined where its server isn't there, whose own options are not read. */
export function foreignTail(table: Table, { actual }: Making): string | undefined {
  const { server, options } = targetOf(table);
  if (!actual.catalog.foreignServers.some(({ name }) => name === server)) return undefined;
  return `server ${quoted(server)}${foreignOptions(options)}`;
}

/** Another server takes a new foreign table, other options don't. */
export function retargeted(table: Table, found: Table): Remedy {
  const [to, from] = [targetOf(table), targetOf(found)];
  if (to.server !== from.server) return "recreate";
  const isOld = `exists (select from pg_catalog.pg_foreign_table where ftrelid = pg_catalog.to_regclass(${literal(table.id)}) and ${same("ftoptions", from.options)})`;
  return plain(guarded(isOld, `alter foreign table ${table.id}${changes(from.options, to.options)}`));
}

export function columnRetargeted(table: string, column: string, from: readonly string[], to: readonly string[]): Statement {
  const row = `attrelid = pg_catalog.to_regclass(${literal(table)}) and attname = ${literal(column)}`;
  const isOld = `exists (select from pg_catalog.pg_attribute where ${row} and ${same("attfdwoptions", from)})`;
  return { sql: guarded(isOld, `alter foreign table ${table} alter column ${quoted(column)}${changes(from, to)}`) };
}

function same(column: string, options: readonly string[]): string {
  return options.length === 0 ? `${column} is null` : `${column} = array[${options.map(literal).join(", ")}]`;
}

function changes(from: readonly string[], to: readonly string[]): string {
  const [old, wanted] = [from.map(nameOf), to.map(nameOf)];
  const dropped = old.filter((name) => !wanted.includes(name)).map((name) => `drop ${name}`);
  const given = to
    .filter((option) => !from.includes(option))
    .map((option) => `${old.includes(nameOf(option)) ? "set" : "add"} ${nameOf(option)} ${literal(valueOf(option))}`);
  return ` options (${[...dropped, ...given].join(", ")})`;
}

function nameOf(option: string): string {
  return quoted(option.slice(0, option.indexOf("=")));
}

function valueOf(option: string): string {
  return option.slice(option.indexOf("=") + 1);
}
