import { codeString, commentLines, type MigrationFormat, type NextMigration, numbered } from "./migration.ts";

interface Style {
  /** With the dot. */
  readonly ending: string;
  readonly isModule: boolean;
  readonly isTyped: boolean;
}

/** The form of the newest migration in JavaScript or TypeScript. */
async function styleOf({ existing, read }: NextMigration): Promise<Style> {
  const newest =
    existing
      .filter((file) => /\.[cm]?[jt]s$/.test(file) && !file.endsWith(".d.ts"))
      .toSorted()
      .at(-1) ?? "migration.js";
  const ending = /\.[cm]?[jt]s$/.exec(newest)?.[0] ?? ".js";
  const text = (await read(newest)) ?? "";
  const isModule = /^\s*export\b/m.test(text) || (!/\bexports\b/.test(text) && /^\.m?ts$|^\.mjs$/.test(ending));
  return { ending, isModule, isTyped: ending.endsWith("ts") };
}

function statementsIn({ statements }: NextMigration): string {
  return `const statements = [\n${statements
    .map(
      (sql) =>
        `  ${
          sql.split("\n").length === 1
            ? codeString(sql, "")
            : `[\n    ${sql
                .split("\n")
                .map((line) => codeString(line, ""))
                .join(",\n    ")},\n  ].join("\\n")`
        },\n`,
    )
    .join("")}];`;
}

function exported(name: string, definition: string, { isModule }: Style): string {
  return isModule ? `export const ${name} = ${definition};` : `exports.${name} = ${definition};`;
}

const UNDONE = "// Databases that the migrations created do not need the repair, so nothing is undone.";

/** node-pg-migrate (documentation, "pgm.noTransaction"). */
export const nodePgMigrateFormat: MigrationFormat = {
  inOneTransaction: false,
  async write(next) {
    const style = await styleOf(next);
    const pgm = style.isTyped ? "(pgm: any)" : "(pgm)";
    const up = `${pgm} => {\n  pgm.noTransaction();\n  for (const statement of statements) pgm.sql(statement);\n}`;
    const parts = [
      commentLines("//", next),
      statementsIn(next),
      exported("up", up, style),
      `${UNDONE}\n${exported("down", "() => {}", style)}`,
    ];
    return [{ name: numbered(next, style.ending), text: `${parts.join("\n\n")}\n` }];
  },
};

/** Knex. Its pool can run each statement on another connection, so all of them run on one. */
export const knexFormat: MigrationFormat = {
  inOneTransaction: false,
  async write(next) {
    const style = await styleOf(next);
    const up = `async (knex${style.isTyped ? ": any" : ""}) => {
  const connection = await knex.client.acquireConnection();
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await knex.client.releaseConnection(connection);
  }
}`;
    const parts = [
      commentLines("//", next),
      statementsIn(next),
      exported("up", up, style),
      `${UNDONE}\n${exported("down", "async () => {}", style)}`,
      exported("config", "{ transaction: false }", style),
    ];
    return [{ name: numbered(next, style.ending), text: `${parts.join("\n\n")}\n` }];
  },
};
