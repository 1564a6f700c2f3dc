import type { ServerError } from "../../postgres/server-error.ts";

const CONVERT = "Values cannot be converted to the new type. Correct them in an earlier migration, or write a USING clause.";

const REFERENCED = "Other rows refer to rows that the statement deletes or changes. Delete or change those first.";
/** Ends the advice for errors of a computation, which can have nothing to do with rows. */
const OR_CONSTANT = " If the statement computes it from its own constants, correct the statement.";

/** Errors because of rows that exist, with what to do (PostgreSQL documentation, appendix A). */
const ON_DATA: Readonly<Record<string, string>> = {
  "23502": "Rows have NULL in this column. Fill them in an earlier migration: a default does not change rows that exist.",
  "23505": "Rows have the same values. Remove or merge the duplicates in an earlier migration.",
  "23503": "Rows refer to rows that do not exist. Correct or delete them in an earlier migration.",
  // Since PostgreSQL 18 also of a foreign key with RESTRICT.
  "23001": REFERENCED,
  "23514": "Rows break the check. Correct them in an earlier migration, or add the check as NOT VALID.",
  "23P01": "Rows break the exclusion constraint. Correct them in an earlier migration.",
  "22P02": CONVERT,
  "22003": `Values are out of range for the type. Choose a larger type.${OR_CONSTANT}`,
  "22001": "Values are longer than the new type allows. Shorten them in an earlier migration, or choose a longer type.",
  "22007": CONVERT,
  "22008": "Values are out of range for the new type. Correct them in an earlier migration.",
  "22018": CONVERT,
  "2200L": CONVERT,
  "2200M": CONVERT,
  "2200N": CONVERT,
  "2200S": CONVERT,
  "2200T": CONVERT,
  "22P03": CONVERT,
  "22021": "Values have characters that the encoding does not have. Correct them in an earlier migration.",
  "22P05": "Values have characters that the encoding does not have. Correct them in an earlier migration.",
  "22012": `Values of rows make a division by zero. Exclude these rows, or use nullif.${OR_CONSTANT}`,
  "22015": "Values are out of range for the new type. Correct them in an earlier migration.",
  "22026": "Values have another length than the new type. Correct them in an earlier migration, or choose a type without a fixed length.",
  "2202E": CONVERT,
  "22009": CONVERT,
  "2200F": CONVERT,
  "22030": "Rows have the same key twice in a JSON value. Correct them in an earlier migration.",
  "22032": CONVERT,
  "22033": CONVERT,
  "22034": CONVERT,
  "22035": CONVERT,
  "22036": CONVERT,
  "22037": CONVERT,
  "22038": CONVERT,
  "22039": CONVERT,
  "2203A": CONVERT,
  "2203B": CONVERT,
  "2203C": CONVERT,
  "2203D": CONVERT,
  "2203E": CONVERT,
  "2203F": CONVERT,
  "2203G": CONVERT,
  "2201E": `Values of rows have no logarithm. Exclude these rows.${OR_CONSTANT}`,
  "2201F": `Values of rows have no such power. Exclude these rows.${OR_CONSTANT}`,
  "22011": `Values of rows have no such substring. Exclude these rows.${OR_CONSTANT}`,
  "21000": "A subquery finds several rows. Correct them in an earlier migration, or choose one in the query.",
  "2200H": "The sequence has fewer numbers than there are rows. Choose a larger type, such as bigint.",
  "22P01": `Values are out of range for the type. Choose another type.${OR_CONSTANT}`,
  "44000": "Rows do not have what the view asks for. Correct them in an earlier migration, or change its condition.",
  "54000": "Values are too long for the index. Index a part or a hash of them.",
};

/** Errors of class 22 that more often are because of a constant, such as a regular expression. */
const EITHER = "A constant of the statement, or the value of a row, cannot be used there. Correct it.";
/** A role, a setting or an option that does not exist. */
const OPTION = "22023";

/** What to do about an error because of rows that exist. Undefined: it has another cause. Pure. */
export function adviceOnData({ sqlstate = "", message }: ServerError): string | undefined {
  if (sqlstate === "23503" && message.startsWith("update or delete on table ")) return REFERENCED;
  return ON_DATA[sqlstate];
}

/** What to do about another error of class 22 (data exception). Pure. */
export function adviceOnConstant(sqlstate: string): string | undefined {
  return sqlstate.startsWith("22") && sqlstate !== OPTION ? EITHER : undefined;
}
