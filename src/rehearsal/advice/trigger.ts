import { tokensOf } from "../../postgres/sql/tokens.ts";
import { derivedName, lastPart, schemaPart } from "../sql/names.ts";
import { withoutLiterals } from "../sql/shown.ts";
import { inBatches } from "./advice.ts";

/** A column can have the name of a variable of PL/pgSQL, such as `found`. */
const COLUMNS_FIRST = "#variable_conflict use_column";

/** Statements that keep a column filled from the others of its row, and fill it for the rows that exist. */
export interface FilledColumn {
  /** The trigger for new and changed rows. */
  readonly triggers: readonly string[];
  /** One batch of the old rows. */
  readonly batch: string;
  /** How the statements with a body are shown without the literals of the original. */
  readonly bodies: ReadonlyMap<string, string>;
}

interface Filling {
  readonly table: string;
  /** The column whose name the function has. */
  readonly about: string;
  /** The column that is filled. */
  readonly column: string;
  /** Its value, with the columns of the table. */
  readonly value: string;
}

/** A trigger and batches in place of one statement that writes all rows. Pure. */
export function filledByTrigger({ table, about, column, value }: Filling): FilledColumn {
  const call = schemaPart(table) + derivedName([table, about], "new");
  // Triggers fire in the order of their names, and another one can change the row before.
  const trigger = derivedName(["zzz", about], "new");
  // Only rows whose value is not NULL can be counted as done.
  const missing = `${column} is null and (${value}) is not null`;
  const bodies = new Map<string, string>();
  const withBody = (write: (body: string) => string, text: (value: string) => string): string => {
    const [body, shown] = [text(value), text(withoutLiterals(tokensOf(value), Infinity))];
    const tag = body.includes("$$") ? "$body$" : "$$";
    const statement = write(`${tag} ${COLUMNS_FIRST} ${body} ${tag}`);
    bodies.set(statement, write(`${tag} ${COLUMNS_FIRST} ${shown} ${tag}`));
    return statement;
  };
  const create = withBody(
    (body) => `create function ${call}() returns trigger language plpgsql as ${body}`,
    // An expression can name the columns as they are, or with the table.
    (each) => `begin new.${column} := (select ${each} from (select new.*) as ${lastPart(table)}); return new; end`,
  );
  return {
    triggers: [create, `create trigger ${trigger} before insert or update on ${table} for each row execute function ${call}()`],
    batch: `update ${table} set ${column} = ${value} where ${inBatches(table, missing)}`,
    bodies,
  };
}
