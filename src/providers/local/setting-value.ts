/**
 * The SQL expression for the value of a stored setting, as a statement that sets it has it. List settings are stored as quoted
 * identifiers. Each element is quoted again: the owner of a database can store a list that is not quoted, with any characters but
 * spaces and commas.
 */
export function settingValue(key: string, value: string): string {
  return `case when pg_catalog.lower(${key}) in ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries', 'shared_preload_libraries')
             then (select coalesce(pg_catalog.string_agg(pg_catalog.quote_literal(coalesce(pg_catalog.replace(item[1], '""', '"'), item[2])), ', ' order by at), '''''')
               from pg_catalog.regexp_matches(${value}, '"((?:[^"]|"")*)"|([^",\\s]+)', 'g') with ordinality found(item, at)) else pg_catalog.quote_literal(${value}) end`;
}
