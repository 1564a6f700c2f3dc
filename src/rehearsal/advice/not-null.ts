import { chosenName } from "../sql/chosen-name.ts";
import { derivedName, plainName } from "../sql/names.ts";
import type { Advice } from "./advice.ts";
import type { KnownNames } from "./known.ts";

/** `set not null` for a column that exists. `given`: the name of the constraint, which servers before PostgreSQL 18 do not keep. Pure. */
export function forNotNull(table: string, column: string, major: number, { taken, notNull }: KnownNames, given?: string): Advice {
  notNull?.add(plainName(column));
  // PostgreSQL 18 has NOT NULL constraints that are not valid yet (release notes of PostgreSQL 18).
  if (major >= 18) {
    const name = given ?? chosenName(table, plainName(column), "not_null", taken);
    return {
      text: "Add the NOT NULL constraint as NOT VALID, and validate it in a transaction of its own, which blocks neither readers nor writers.",
      sql: [`alter table ${table} add constraint ${name} not null ${column} not valid`, `alter table ${table} validate constraint ${name}`],
      isRunnable: true,
    };
  }
  const name = derivedName([column], "not_null");
  return {
    text: "Prove with a check that is validated in a transaction of its own that no value is NULL. SET NOT NULL then reads no row.",
    sql: [
      `alter table ${table} add constraint ${name} check (${column} is not null) not valid`,
      `alter table ${table} validate constraint ${name}`,
      `alter table ${table} alter column ${column} set not null`,
      `alter table ${table} drop constraint ${name}`,
    ],
    isRunnable: true,
  };
}
