import { derivedName } from "../sql/names.ts";
import type { ColumnFacts, TableFacts } from "../table-facts.ts";
import type { SwapNames, SwapPart } from "./swap-parts.ts";

interface Swap {
  readonly table: TableFacts;
  readonly column: ColumnFacts;
  readonly names: SwapNames;
  readonly type: string;
  readonly parts: readonly SwapPart[];
  /** The new value, with the columns of the table. */
  readonly value: string;
  /** Whether the statement has an expression for it. */
  readonly isConverted: boolean;
}

/** Pages of one batch: eight megabytes. */
const PAGES = 1000;
/** A column can have the name of a variable of PL/pgSQL, such as `found`. */
const COLUMNS_FIRST = "#variable_conflict use_column";

/** The statements that replace a column by one of another type, from top to bottom. Pure. */
export function swapStatements(swap: Swap): readonly string[] {
  const { table, column, names, type, parts } = swap;
  const { written } = table;
  const call = `${table.space}.${derivedName([written, names.column], "new")}`;
  const indexes = parts.filter(({ kind }) => kind !== "constraint");
  const constraints = parts.filter(({ kind }) => kind === "constraint");
  const alter = `alter table ${written}`;
  // An expression can name the columns as they are, or with the table.
  const assigned = swap.isConverted
    ? `(select ${swap.value} from (select new.*) as ${written.slice(table.space.length + 1)})`
    : `new.${names.column}`;
  return [
    `${alter} add column ${names.added} ${type}`,
    `create function ${call}() returns trigger language plpgsql as ${body(`begin new.${names.added} := ${assigned}; return new; end`)}`,
    `create trigger ${names.trigger} before insert or update on ${written} for each row execute function ${call}()`,
    fill(swap),
    ...indexes.map(
      (each) => `create ${each.kind === "index" ? "" : "unique "}index concurrently ${each.temporary} on ${written} ${each.definition}`,
    ),
    ...constraints.flatMap(({ temporary, definition }) => later(alter, temporary, definition)),
    ...(column.isRequired ? later(alter, names.notNull, `check (${names.added} is not null)`) : []),
    "begin",
    "set local lock_timeout = '5s'",
    "set local row_security = off",
    sameRows(swap),
    `lock table ${written} in access exclusive mode`,
    sameTable(
      swap,
      indexes.map(({ temporary }) => `${table.space}.${temporary}`),
    ),
    `drop trigger ${names.trigger} on ${written}`,
    `drop function ${call}()`,
    ...(column.identity === "" ? withDefault(swap, alter) : [withIdentity(swap, alter)]),
    ...(column.isRequired ? [`${alter} alter column ${names.column} set not null`, `${alter} drop constraint ${names.notNull}`] : []),
    ...indexes.map(({ kind, name, temporary, key }) =>
      kind === "key" ? `${alter} add constraint ${name} ${key}` : `alter index ${table.space}.${temporary} rename to ${name}`,
    ),
    ...constraints.map(({ name, temporary }) => `${alter} rename constraint ${temporary} to ${name}`),
    ...(column.comment === null ? [] : [`comment on column ${written}.${names.column} is ${column.comment}`]),
    "commit",
  ];
}

function later(alter: string, name: string, definition: string): readonly string[] {
  const isValid = !definition.endsWith(" NOT VALID");
  return [
    `${alter} add constraint ${name} ${definition}${isValid ? " not valid" : ""}`,
    ...(isValid ? [`${alter} validate constraint ${name}`] : []),
  ];
}

function withDefault({ column, names }: Swap, alter: string): readonly string[] {
  return [
    ...(column.default === null ? [] : [`${alter} alter column ${names.added} set default ${column.default}`]),
    ...(column.sequence === null
      ? []
      : [`alter sequence ${column.sequence} owned by ${alter.slice("alter table ".length)}.${names.added}`]),
    ...replaced(names, alter),
  ];
}

/** Without CASCADE: an object that depends on the old column ends the transaction. */
function replaced({ column, added }: SwapNames, alter: string): readonly string[] {
  return [`${alter} drop column ${column}`, `${alter} rename column ${added} to ${column}`];
}

/** The sequence of an identity is dropped with its column, so the new one continues where it was. */
function withIdentity({ column, names }: Swap, alter: string): string {
  const kind = column.identity === "a" ? "always" : "by default";
  const steps = [
    ...replaced(names, alter),
    `${alter} alter column ${names.column} set not null`,
    `${alter} alter column ${names.column} add generated ${kind} as identity (sequence name ${column.sequence})`,
  ];
  return `do ${body(`declare number bigint; was_called boolean; begin select s.last_value, s.is_called into number, was_called from ${column.sequence} s; ${steps.join("; ")}; perform setval(${literal(column.sequence ?? "")}, number, was_called); end`)}`;
}

/** A row that moves to another page meanwhile is filled by the trigger. */
function fill({ table: { written }, names, value, type }: Swap): string {
  const differs = `${names.added} is distinct from (${value})::${type}`;
  return `do ${body(
    `declare page bigint := 0; begin if not exists (select from pg_catalog.pg_trigger where tgrelid = ${regclass(written)} and tgname = ${literal(unquoted(names.trigger))}) then raise exception 'The trigger is missing: run the statements before this one first.'; end if; ` +
      `while page <= pg_relation_size(${regclass(written)}) / current_setting('block_size')::bigint loop ` +
      `update ${written} set ${names.added} = ${value} where ctid >= format('(%s,0)', page)::tid and ctid < format('(%s,0)', page + ${PAGES})::tid and ${differs}; ` +
      `commit; page := page + ${PAGES}; end loop; end`,
  )}`;
}

function sameRows({ table: { written }, names, value, type }: Swap): string {
  return `do ${body(
    `begin if exists (select from ${written} where ${names.added} is distinct from (${value})::${type}) then raise exception 'Some rows are not filled yet: run the statement that fills them again.'; end if; end`,
  )}`;
}

/** Compares the table with the one that the statements were written for, under the lock. */
function sameTable({ table, column, names }: Swap, indexes: readonly string[]): string {
  const id = regclass(table.written);
  const dependents = `(select coalesce(array_agg(o.type || ' ' || o.identity order by (o.type || ' ' || o.identity) collate "C"), '{}') from pg_catalog.pg_depend d cross join lateral pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) o where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = ${id} and d.refobjsubid = a.attnum)`;
  const triggers = `(select coalesce(array_agg(g.tgname::text order by g.tgname::text collate "C"), '{}') from pg_catalog.pg_trigger g where g.tgrelid = ${id} and not g.tgisinternal and g.tgenabled <> 'D')`;
  const expected = [...table.triggers.map(({ name }) => name), unquoted(names.trigger)].toSorted((a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  const same = [
    `a.attname = ${literal(column.name)}`,
    `format_type(a.atttypid, a.atttypmod) = ${literal(column.type)}`,
    `a.attnotnull = ${column.isRequired}`,
    `${dependents} = ${list(column.dependents)}`,
    `${triggers} = ${list(expected)}`,
    `not exists (select from pg_catalog.pg_class c where c.oid = ${id} and c.relforcerowsecurity)`,
    `not exists (select from pg_catalog.pg_inherits where ${id} in (inhrelid, inhparent))`,
    ...(indexes.length === 0
      ? []
      : [
          `not exists (select from pg_catalog.pg_index where indexrelid = any (array[${indexes.map(regclass).join(", ")}]) and not indisvalid)`,
        ]),
  ];
  return `do ${body(
    `begin if not exists (select from pg_catalog.pg_attribute a where a.attrelid = ${id} and ${same.join(" and ")}) then raise exception 'The table differs from the one that these statements were written for: rehearse the migration again.'; end if; end`,
  )}`;
}

function body(text: string): string {
  const tag = text.includes("$$") ? "$body$" : "$$";
  return `${tag} ${COLUMNS_FIRST} ${text} ${tag}`;
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

function regclass(name: string): string {
  return `${literal(name)}::regclass`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? "'{}'::text[]" : `array[${texts.map(literal).join(", ")}]`;
}
