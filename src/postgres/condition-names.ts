/** Conditions that a migration can meet, with their codes (PostgreSQL documentation, appendix A). */
const CODES = new Map(
  Object.entries({
    active_sql_transaction: "25001",
    ambiguous_column: "42702",
    cannot_coerce: "42846",
    check_violation: "23514",
    datatype_mismatch: "42804",
    deadlock_detected: "40P01",
    dependent_objects_still_exist: "2BP01",
    disk_full: "53100",
    division_by_zero: "22012",
    duplicate_column: "42701",
    duplicate_database: "42P04",
    duplicate_function: "42723",
    duplicate_object: "42710",
    duplicate_schema: "42P06",
    duplicate_table: "42P07",
    exclusion_violation: "23P01",
    feature_not_supported: "0A000",
    foreign_key_violation: "23503",
    grouping_error: "42803",
    in_failed_sql_transaction: "25P02",
    insufficient_privilege: "42501",
    invalid_catalog_name: "3D000",
    invalid_column_definition: "42611",
    invalid_datetime_format: "22007",
    invalid_foreign_key: "42830",
    invalid_function_definition: "42P13",
    invalid_object_definition: "42P17",
    invalid_parameter_value: "22023",
    invalid_password: "28P01",
    invalid_schema_name: "3F000",
    invalid_table_definition: "42P16",
    invalid_text_representation: "22P02",
    lock_not_available: "55P03",
    not_null_violation: "23502",
    numeric_value_out_of_range: "22003",
    object_in_use: "55006",
    object_not_in_prerequisite_state: "55000",
    query_canceled: "57014",
    raise_exception: "P0001",
    read_only_sql_transaction: "25006",
    string_data_right_truncation: "22001",
    syntax_error: "42601",
    too_many_connections: "53300",
    undefined_column: "42703",
    undefined_file: "58P01",
    undefined_function: "42883",
    undefined_object: "42704",
    undefined_table: "42P01",
    unique_violation: "23505",
    unsafe_new_enum_value_usage: "55P04",
    wrong_object_type: "42809",
  }),
);

/**
 * The SQLSTATE of a condition's name, as drivers write it: `undefined_table`, `UndefinedTable` (psycopg, Ruby) or
 * `UndefinedTableError` (asyncpg). Undefined for other names.
 */
export function sqlstateOfCondition(name: string): string | undefined {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  return CODES.get(words) ?? CODES.get(words.replace(/_error$/, ""));
}
