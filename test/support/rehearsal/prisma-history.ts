import { type Random, randomFrom } from "../random.ts";

/** One generated migration, as Prisma Migrate names and writes them. */
export interface HistoryMigration {
  readonly name: string;
  readonly sql: string;
  /** Statements that give every table of the schema after it this many rows. */
  readonly fill: (rows: number) => readonly string[];
}

type ColumnType = "TEXT" | "INTEGER" | "BIGINT" | "BOOLEAN" | "TIMESTAMP(3)" | "JSONB" | "VARCHAR(191)" | `"${string}"`;

interface Column {
  readonly name: string;
  type: ColumnType;
  isRequired: boolean;
  /** The table that it refers to. */
  readonly refers?: string;
  isIndexed: boolean;
}

interface Table {
  name: string;
  readonly columns: Column[];
}

interface Model {
  readonly random: Random;
  readonly tables: Table[];
  readonly enums: Map<string, string[]>;
  count: number;
}

const PLAIN = ["TEXT", "INTEGER", "BOOLEAN", "TIMESTAMP(3)", "JSONB", "VARCHAR(191)"] as const;
const DEFAULTS: Readonly<Record<string, string>> = {
  TEXT: "''",
  INTEGER: "0",
  BIGINT: "0",
  BOOLEAN: "false",
  "TIMESTAMP(3)": "CURRENT_TIMESTAMP",
  JSONB: "'{}'",
  "VARCHAR(191)": "'none'",
};

/** The kinds of migrations that such a history consists of. Undefined: the schema has nothing for it yet. */
const KINDS: readonly (readonly [weight: number, (model: Model) => string | undefined])[] = [
  [5, createTable],
  [6, addColumns],
  [4, createIndex],
  [2, createUniqueIndex],
  [2, addRelation],
  [2, dropColumn],
  [2, changeRequired],
  [2, changeType],
  [2, createEnum],
  [2, addEnumValue],
  [1, replaceEnum],
  [2, redefineForeignKey],
  [1, renameTable],
  [1, dropTable],
  [2, backfill],
  [1, renameColumn],
];

/** A history like that of an application with Prisma, the same for the same seed. */
export function prismaHistory(seed: number, length: number): readonly HistoryMigration[] {
  const model: Model = { random: randomFrom(seed), tables: [], enums: new Map(), count: 0 };
  const choices = KINDS.flatMap(([weight, make]) => Array.from({ length: weight }, () => make));
  const history: HistoryMigration[] = [];
  while (history.length < length) {
    const make = model.tables.length < 2 ? createTable : model.random.pick(choices);
    const sql = make(model);
    if (sql === undefined) continue;
    const tables = structuredClone(model.tables);
    const enums = structuredClone(model.enums);
    history.push({
      name: `${20_240_101_000_000 + history.length * 1000}_${make.name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
      sql,
      fill: (rows) => tables.map((table) => fillOf(table, rows, enums)),
    });
  }
  return history;
}

function fillOf({ name, columns }: Table, rows: number, enums: ReadonlyMap<string, readonly string[]>): string {
  const values = columns.map(({ name: column, type, refers }) => {
    if (column === "id" || refers !== undefined) return "'id' || g";
    if (type === "TEXT" || type === "VARCHAR(191)") return "'text ' || g";
    if (type === "INTEGER" || type === "BIGINT") return "g";
    return type in DEFAULTS ? DEFAULTS[type] : `'${enums.get(type)?.[0]}'::${type}`;
  });
  return `insert into "${name}" (${columns.map((each) => `"${each.name}"`).join(", ")}) select ${values.join(", ")} from generate_series(1, ${rows}) g on conflict do nothing`;
}

function newName(model: Model, stem: string): string {
  return `${stem}${(model.count += 1)}`;
}

function newColumn(model: Model): Column {
  const { random, enums } = model;
  const type = enums.size > 0 && random.chance(0.2) ? (random.pick([...enums.keys()]) as ColumnType) : random.pick(PLAIN);
  return { name: newName(model, "field"), type, isRequired: random.chance(0.5), isIndexed: false };
}

function written({ enums }: Model, { name, type, isRequired }: Column): string {
  const value = DEFAULTS[type] ?? `'${enums.get(type)?.[0]}'`;
  return `"${name}" ${type}${isRequired ? ` NOT NULL DEFAULT ${value}` : ""}`;
}

/** A table and one of its columns that can be changed freely. */
function choose({ random, tables }: Model, isWanted: (column: Column) => boolean): readonly [Table, Column] | undefined {
  const found = tables.flatMap((table) =>
    table.columns
      .filter((column) => column.name !== "id" && column.refers === undefined && isWanted(column))
      .map((column) => [table, column] as const),
  );
  return found.length === 0 ? undefined : random.pick(found);
}

function createTable(model: Model): string {
  const table: Table = { name: newName(model, "Model"), columns: [{ name: "id", type: "TEXT", isRequired: true, isIndexed: true }] };
  for (let more = model.random.between(2, 6); more > 0; more -= 1) table.columns.push(newColumn(model));
  const columns = table.columns.map((each) => `    ${each.name === "id" ? '"id" TEXT NOT NULL' : written(model, each)},`);
  model.tables.push(table);
  return `-- CreateTable\nCREATE TABLE "${table.name}" (\n${columns.join("\n")}\n\n    CONSTRAINT "${table.name}_pkey" PRIMARY KEY ("id")\n);\n`;
}

function addColumns(model: Model): string {
  const table = model.random.pick(model.tables);
  const added = [newColumn(model), newColumn(model)].slice(0, model.random.between(1, 2));
  table.columns.push(...added);
  return `-- AlterTable\nALTER TABLE "${table.name}" ${added.map((each) => `ADD COLUMN     ${written(model, each)}`).join(",\n")};\n`;
}

function createIndex(model: Model): string | undefined {
  const [table, column] = choose(model, ({ isIndexed, type }) => !isIndexed && type !== "JSONB") ?? [];
  if (table === undefined || column === undefined) return undefined;
  column.isIndexed = true;
  return `-- CreateIndex\nCREATE INDEX "${table.name}_${column.name}_idx" ON "${table.name}"("${column.name}");\n`;
}

function createUniqueIndex(model: Model): string | undefined {
  const table = model.random.pick(model.tables);
  const column: Column = { name: newName(model, "slug"), type: "TEXT", isRequired: false, isIndexed: true };
  table.columns.push(column);
  return `/*\n  Warnings:\n\n  - A unique constraint covering the columns \`[${column.name}]\` on the table \`${table.name}\` will be added. If there are existing duplicate values, this will fail.\n\n*/\n-- AlterTable\nALTER TABLE "${table.name}" ADD COLUMN     "${column.name}" TEXT;\n\n-- CreateIndex\nCREATE UNIQUE INDEX "${table.name}_${column.name}_key" ON "${table.name}"("${column.name}");\n`;
}

function addRelation(model: Model): string | undefined {
  const [table, other] = [model.random.pick(model.tables), model.random.pick(model.tables)];
  const column: Column = { name: newName(model, "parentId"), type: "TEXT", isRequired: false, isIndexed: true, refers: other.name };
  // Rows are filled in the order of the tables.
  if (model.tables.indexOf(other) > model.tables.indexOf(table)) return undefined;
  table.columns.push(column);
  return `-- AlterTable\nALTER TABLE "${table.name}" ADD COLUMN     "${column.name}" TEXT;\n\n-- AddForeignKey\n${foreignKey(table, column)}`;
}

function foreignKey({ name }: Table, column: Column): string {
  return `ALTER TABLE "${name}" ADD CONSTRAINT "${column.name}_fkey" FOREIGN KEY ("${column.name}") REFERENCES "${column.refers}"("id") ON DELETE SET NULL ON UPDATE CASCADE;\n`;
}

function redefineForeignKey({ random, tables }: Model): string | undefined {
  const found = tables.flatMap((table) =>
    table.columns.filter(({ refers }) => refers !== undefined).map((column) => [table, column] as const),
  );
  if (found.length === 0) return undefined;
  const [table, column] = random.pick(found);
  return `-- DropForeignKey\nALTER TABLE "${table.name}" DROP CONSTRAINT "${column.name}_fkey";\n\n-- AddForeignKey\n${foreignKey(table, column)}`;
}

function dropColumn(model: Model): string | undefined {
  const [table, column] = choose(model, () => true) ?? [];
  if (table === undefined || column === undefined) return undefined;
  table.columns.splice(table.columns.indexOf(column), 1);
  return `-- AlterTable\nALTER TABLE "${table.name}" DROP COLUMN "${column.name}";\n`;
}

function changeRequired(model: Model): string | undefined {
  const [table, column] = choose(model, ({ name }) => !name.startsWith("slug")) ?? [];
  if (table === undefined || column === undefined) return undefined;
  column.isRequired = !column.isRequired;
  return `-- AlterTable\nALTER TABLE "${table.name}" ALTER COLUMN "${column.name}" ${column.isRequired ? "SET" : "DROP"} NOT NULL;\n`;
}

function changeType(model: Model): string | undefined {
  const [table, column] = choose(model, ({ type }) => type === "INTEGER" || type === "VARCHAR(191)") ?? [];
  if (table === undefined || column === undefined) return undefined;
  column.type = column.type === "INTEGER" ? "BIGINT" : "TEXT";
  return `-- AlterTable\nALTER TABLE "${table.name}" ALTER COLUMN "${column.name}" SET DATA TYPE ${column.type};\n`;
}

function createEnum(model: Model): string {
  const name = newName(model, "Kind");
  model.enums.set(`"${name}"`, ["FIRST", "SECOND", "LAST"]);
  return `-- CreateEnum\nCREATE TYPE "${name}" AS ENUM ('FIRST', 'SECOND', 'LAST');\n`;
}

function addEnumValue({ random, enums, ...model }: Model): string | undefined {
  if (enums.size === 0) return undefined;
  const [name, values] = random.pick([...enums]);
  values.push(`MORE_${values.length}_${model.count}`);
  return `-- AlterEnum\nALTER TYPE ${name} ADD VALUE '${values.at(-1)}';\n`;
}

/** How Prisma removes a value: by a new type in place of the old one, which writes the tables again. */
function replaceEnum({ random, tables, enums }: Model): string | undefined {
  const found = [...enums].filter(([, { length }]) => length > 2);
  if (found.length === 0) return undefined;
  const [name, values] = random.pick(found);
  const [bare, removed] = [name.slice(1, -1), values.pop()];
  const changes = tables.flatMap((table) =>
    table.columns
      .filter(({ type }) => type === name)
      .map(
        ({ name: column, isRequired }) =>
          `ALTER TABLE "${table.name}" ALTER COLUMN "${column}" DROP DEFAULT;\nALTER TABLE "${table.name}" ALTER COLUMN "${column}" TYPE "${bare}_new" USING ("${column}"::text::"${bare}_new");\n${isRequired ? `ALTER TABLE "${table.name}" ALTER COLUMN "${column}" SET DEFAULT '${values[0]}';\n` : ""}`,
      ),
  );
  return `/*\n  Warnings:\n\n  - The values [${removed}] on the enum \`${bare}\` will be removed. If these variants are still used in the database, this will fail.\n\n*/\n-- AlterEnum\nBEGIN;\nCREATE TYPE "${bare}_new" AS ENUM (${values.map((value) => `'${value}'`).join(", ")});\n${changes.join("")}ALTER TYPE "${bare}" RENAME TO "${bare}_old";\nALTER TYPE "${bare}_new" RENAME TO "${bare}";\nDROP TYPE "${bare}_old";\nCOMMIT;\n`;
}

function renameTable(model: Model): string | undefined {
  const table = model.random.pick(model.tables);
  if (model.tables.some(({ columns }) => columns.some(({ refers }) => refers === table.name))) return undefined;
  const [old, name] = [table.name, newName(model, "Renamed")];
  table.name = name;
  return `-- RenameTable\nALTER TABLE "${old}" RENAME TO "${name}";\nALTER INDEX "${old}_pkey" RENAME TO "${name}_pkey";\n`;
}

function dropTable(model: Model): string | undefined {
  const table = model.random.pick(model.tables);
  if (model.tables.length < 6 || model.tables.some(({ columns }) => columns.some(({ refers }) => refers === table.name))) return undefined;
  model.tables.splice(model.tables.indexOf(table), 1);
  return `/*\n  Warnings:\n\n  - You are about to drop the \`${table.name}\` table. If the table is not empty, all the data it contains will be lost.\n\n*/\n-- DropTable\nDROP TABLE "${table.name}";\n`;
}

function backfill(model: Model): string | undefined {
  const [table, column] = choose(model, ({ type }) => type === "TEXT") ?? [];
  if (table === undefined || column === undefined || column.name.startsWith("slug")) return undefined;
  return `-- Backfill\nUPDATE "${table.name}" SET "${column.name}" = 'unknown' WHERE "${column.name}" IS NULL;\n`;
}

function renameColumn(model: Model): string | undefined {
  const [table, column] = choose(model, ({ isIndexed }) => !isIndexed) ?? [];
  if (table === undefined || column === undefined) return undefined;
  const renamed = { ...column, name: newName(model, "renamed") };
  table.columns.splice(table.columns.indexOf(column), 1, renamed);
  return `-- RenameColumn\nALTER TABLE "${table.name}" RENAME COLUMN "${column.name}" TO "${renamed.name}";\n`;
}
