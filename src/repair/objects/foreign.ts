import type { Table } from "../../catalog/relations.ts";
import { quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { ObjectRepair, RepairContext } from "../repair-context.ts";
import { guarded, toStatements, type Remedy, type Statement } from "../step.ts";

/** The server of a foreign table, and its options as `name=value`. */
interface Target {
  readonly server: string;
  readonly options: readonly string[];
}

/** Reads the catalog's `server {a=1,"b=two words"}`, where the options are the text of an array. */
function targetOf({ server: text = "" }: Pick<Table, "server">): Target {
  const [, server = text, list = ""] = /^(.*?) \{(.*)\}$/s.exec(text) ?? [];
  const options = [...list.matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs)].map(
    ([, inQuotes, bare]) => inQuotes?.replaceAll(/\\(.)/gs, "$1") ?? bare ?? "",
  );
  return { server, options };
}

/** Such as ` options (a '1')`; an empty text without options. */
export function foreignOptions(options: readonly string[]): string {
  return options.length === 0 ? "" : ` options (${options.map((option) => `${nameOf(option)} ${literal(valueOf(option))}`).join(", ")})`;
}

/** The end of `create foreign table`. Undefined if the server does not exist: a repair cannot create it, as its options are not read. */
export function foreignTail(table: Table, { actual }: RepairContext): string | undefined {
  const { server, options } = targetOf(table);
  if (!actual.catalog.foreignServers.some(({ name }) => name === server)) return undefined;
  return `server ${quoted(server)}${foreignOptions(options)}`;
}

/** SQL condition: the foreign table is on the server that the comparison found. */
export function isForeignTableOf(id: string, text: string): string {
  const { server } = targetOf({ server: text });
  return `exists (select from pg_catalog.pg_foreign_table f join pg_catalog.pg_foreign_server s on s.oid = f.ftserver
    where f.ftrelid = pg_catalog.to_regclass(${literal(id)}) and s.srvname = ${literal(server)})`;
}

/** A change of the server needs a new foreign table; a change of options does not. */
export function changeTarget(table: Table, found: Table): Remedy {
  const [to, from] = [targetOf(table), targetOf(found)];
  if (to.server !== from.server) return "recreate";
  const isUnchanged = `exists (select from pg_catalog.pg_foreign_table where ftrelid = pg_catalog.to_regclass(${literal(table.id)}) and ${same("ftoptions", from.options)})`;
  return toStatements(guarded(isUnchanged, `alter foreign table ${table.id}${changes(from.options, to.options)}`));
}

export function changeColumnOptions(table: string, column: string, from: readonly string[], to: readonly string[]): Statement {
  const row = `attrelid = pg_catalog.to_regclass(${literal(table)}) and attname = ${literal(column)}`;
  const isUnchanged = `exists (select from pg_catalog.pg_attribute where ${row} and ${same("attfdwoptions", from)})`;
  return { sql: guarded(isUnchanged, `alter foreign table ${table} alter column ${quoted(column)}${changes(from, to)}`) };
}

function same(column: string, options: readonly string[]): string {
  return options.length === 0 ? `${column} is null` : `${column} = array[${options.map(literal).join(", ")}]`;
}

function changes(from: readonly string[], to: readonly string[]): string {
  const [old, wanted] = [from.map(nameOf), to.map(nameOf)];
  const dropped = old.filter((name) => !wanted.includes(name)).map((name) => `drop ${name}`);
  const set = to
    .filter((option) => !from.includes(option))
    .map((option) => `${old.includes(nameOf(option)) ? "set" : "add"} ${nameOf(option)} ${literal(valueOf(option))}`);
  return ` options (${[...dropped, ...set].join(", ")})`;
}

function nameOf(option: string): string {
  return quoted(option.slice(0, option.indexOf("=")));
}

function valueOf(option: string): string {
  return option.slice(option.indexOf("=") + 1);
}

const HIDDEN = "the options of a foreign server can hold secrets, so offshoot does not read them";

export const foreignServers: ObjectRepair = {
  create: () => ({ cannot: HIDDEN }),
  drop: (id) => [{ sql: `drop server if exists ${id}`, destructive: "it drops the server's options and user mappings" }],
  alter: () => ({ cannot: HIDDEN }),
};
