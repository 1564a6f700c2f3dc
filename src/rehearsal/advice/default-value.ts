import type { Token } from "../../postgres/sql/tokens.ts";
import { lower } from "../sql/alter-table.ts";

/**
 * Functions of Postgres in defaults that are stable or immutable: their value is computed once, and no row is written (PostgreSQL
 * documentation, "ALTER TABLE", notes). A test compares the list with `pg_proc`.
 */
export const STABLE_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    "now transaction_timestamp statement_timestamp date_trunc timezone make_date make_time make_timestamp make_timestamptz make_interval " +
    "to_timestamp to_date to_char to_number lower upper initcap length btrim ltrim rtrim concat concat_ws md5 replace left right lpad rpad repeat " +
    "abs round floor ceil int4range int8range numrange daterange tsrange tstzrange json_build_object json_build_array jsonb_build_object " +
    "jsonb_build_array to_json to_jsonb to_tsvector current_setting string_to_array decode encode convert_to"
  ).split(" "),
);

/** What comes before a bracket in an expression without being a function that can be volatile: types with a length, and keywords. */
const NOT_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    "numeric decimal varchar char character varying bpchar bit timestamp timestamptz time timetz interval float " +
    "current_timestamp current_time localtimestamp localtime cast coalesce nullif greatest least array row extract trim " +
    "and or not in any all some case when then else as is between like ilike"
  ).split(" "),
);

const VOLATILE_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    "random random_normal gen_random_uuid uuidv4 uuidv7 uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 gen_random_bytes gen_salt " +
    "clock_timestamp timeofday nextval setval currval lastval"
  ).split(" "),
);

/**
 * Whether a default can differ for each row. `perhaps`: it calls a function whose volatility cannot be read from the statement, such
 * as one of the application. Pure.
 */
export function volatilityOf(expression: readonly Token[]): "yes" | "no" | "perhaps" {
  const called = expression.filter((token, at) => expression[at + 1]?.text === "(" && (token.kind === "word" || token.kind === "name"));
  if (called.some((token) => VOLATILE_FUNCTIONS.has(lower(token)))) return "yes";
  const isKnown = (token: Token): boolean => {
    const before = expression[expression.indexOf(token) - 1]?.text;
    const isOwn = before === "." && lower(expression[expression.indexOf(token) - 2]) !== "pg_catalog";
    return !isOwn && (STABLE_FUNCTIONS.has(lower(token)) || NOT_FUNCTIONS.has(lower(token)));
  };
  return called.every(isKnown) ? "no" : "perhaps";
}
