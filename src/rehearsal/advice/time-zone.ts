import { lower, textOf } from "../sql/alter-table.ts";
import { plainName } from "../sql/names.ts";
import type { Token } from "../../postgres/sql/tokens.ts";
import type { Advice } from "./advice.ts";

const WITH = /^(timestamptz|timestamp with time zone)$/i;
const WITHOUT = /^timestamp( without time zone)?$/i;
const UTC = /^'(?:utc|gmt|etc\/utc|zulu|\+00(?::00)?)'$/i;

/** The column of an ALTER COLUMN … TYPE, as the statement writes it. */
interface Change {
  /** With its schema, as the statement can name it. */
  readonly table: string;
  readonly column: string;
  readonly from: string;
  readonly to: string;
  readonly using: readonly Token[];
}

/**
 * The safer way from `timestamp` to `timestamptz` or back by `using COLUMN at time zone 'UTC'`: where the session's time zone is UTC,
 * the change without USING gives the same values and writes no row (PostgreSQL 12 release notes; source, `ATColumnChangeRequiresRewrite`).
 * Indexes with the column are built again in any case. Undefined for any other change. Pure.
 */
export function forUtc({ table, column, from, to, using }: Change): Advice | undefined {
  const isChange = (WITHOUT.test(from) && WITH.test(to)) || (WITH.test(from) && WITHOUT.test(to));
  if (!isChange || !isInUtc(using, column)) return undefined;
  const sql = ["set time zone utc", `alter table ${table} alter column ${column} type ${to}`, "reset time zone"];
  return {
    text: "In a session whose time zone is UTC, Postgres changes the type without USING to the same values, and writes no row. It still builds indexes with the column again, under the lock.",
    sql,
    // None of them has a constant of the migration.
    bodies: new Map(sql.map((each) => [each, each])),
    isRunnable: true,
  };
}

function isInUtc(using: readonly Token[], column: string): boolean {
  const inner = using[0]?.text === "(" && using.at(-1)?.text === ")" ? using.slice(1, -1) : using;
  const [name, at, time, zone, place, more] = inner;
  return (
    more === undefined &&
    plainName(name?.text ?? "") === plainName(column) &&
    [at, time, zone].map((token) => lower(token)).join(" ") === "at time zone" &&
    UTC.test(textOf(place === undefined ? [] : [place]))
  );
}
