/**
 * The settings of offshoot's own sessions. A database or a role can have settings of its own (`alter database … set`), and
 * none of them may change what a session of ours does: with `search_path = evil, pg_catalog`, `now()` would be the function
 * `evil.now()`. `pg_temp` is last because it is otherwise searched first for tables and types (PostgreSQL documentation,
 * `search_path`). The time limits are off: the client has its own. Only a superuser can set what is missing here, such as
 * `session_preload_libraries` and `lc_messages`.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  search_path: "pg_catalog, pg_temp",
  standard_conforming_strings: "on",
  bytea_output: "hex",
  datestyle: "ISO, MDY",
  intervalstyle: "postgres",
  timezone: "UTC",
  extra_float_digits: "1",
  quote_all_identifiers: "off",
  array_nulls: "on",
  transform_null_equals: "off",
  row_security: "on",
  check_function_bodies: "on",
  default_tablespace: "",
  default_table_access_method: "heap",
  default_transaction_isolation: "read committed",
  default_transaction_read_only: "off",
  default_transaction_deferrable: "off",
  statement_timeout: "0",
  lock_timeout: "0",
  idle_in_transaction_session_timeout: "0",
  idle_session_timeout: "0",
  // With these, each error ends the session, a slow network does, and a large query is compiled for seconds.
  exit_on_error: "off",
  tcp_user_timeout: "0",
  jit: "off",
};

/**
 * Settings that older servers do not know, and the first major that does. An unknown startup option ends a connection, so
 * these are set in the session.
 */
const NEWER: readonly { readonly name: string; readonly value: string; readonly since: number }[] = [
  { name: "transaction_timeout", value: "0", since: 17 },
];

/** The statements that set, for one transaction, what a server of this major cannot get as a startup option everywhere. */
function newerSettings(major: number): readonly string[] {
  return NEWER.filter(({ since }) => major >= since).map(({ name, value }) => `set local ${name} = ${value}`);
}

const OWN_SEARCH_PATH = SETTINGS["search_path"] ?? "";

/** Since this major a login event trigger of the database can change the settings of a session before its first statement. */
const LOGIN_TRIGGERS_SINCE = 17;

const OWN_PATH_APPLIES = `pg_catalog.current_setting('search_path') operator(pg_catalog.=) '${OWN_SEARCH_PATH}'`;

/**
 * A query that returns whether the startup options apply in a session on a server of this major, and sets what a startup option
 * cannot set there or what a login event trigger may have changed, in one round trip. If they do not apply, a pooler ignored them,
 * and nothing must be set: it would stay in the server's session. All names have their schema, because any search path can apply.
 */
export function confirmOwnSettings(major: number): string {
  const set = laterSettings(major).map((call) => `, case when ${OWN_PATH_APPLIES} then ${call} end`);
  return `select ${OWN_PATH_APPLIES} as own${set.join("")}`;
}

/**
 * A query that sets our settings in a session whose search path is another one, if the cause is a login event trigger: the session
 * is one of the server itself (it has the process that the protocol reported), and the database has such a trigger.
 */
export function setDespiteLoginTrigger(major: number, reportedPid: number | undefined): string | undefined {
  if (major < LOGIN_TRIGGERS_SINCE || reportedPid === undefined || reportedPid <= 0) return undefined;
  const calls = [...laterSettings(major), setCall("search_path", OWN_SEARCH_PATH)];
  return `select true as own, ${calls.join(", ")} from pg_catalog.pg_event_trigger t where t.evtevent operator(pg_catalog.=) 'login'
    and pg_catalog.pg_backend_pid() operator(pg_catalog.=) ${reportedPid} limit 1`;
}

function laterSettings(major: number): readonly string[] {
  const newer = NEWER.filter(({ since }) => major >= since).map(({ name, value }) => setCall(name, value));
  if (major < LOGIN_TRIGGERS_SINCE) return newer;
  const all = Object.entries(SETTINGS).filter(([name]) => name !== "search_path");
  return [...newer, ...all.map(([name, value]) => setCall(name, value))];
}

function setCall(name: string, value: string): string {
  return `pg_catalog.set_config('${name}', '${value}', false)`;
}

/**
 * The URL with our settings as startup options. They apply before the first statement, and override the settings of the
 * database and of the role. Options that the URL already has are kept; ours come last, so they win. `major`: the server's, if
 * it is known.
 */
export function withOwnSettings(url: string, major = 0): string {
  const newer = NEWER.filter(({ since }) => major >= since).map(({ name, value }): [string, string] => [name, value]);
  return withOptions(url, [...Object.entries(SETTINGS), ...newer]);
}

/** The URL with no time limits as startup options, for a session that keeps the other settings of the database. */
export function withoutTimeLimits(url: string): string {
  return withOptions(url, Object.entries(SETTINGS).filter(isLimit));
}

function withOptions(url: string, settings: readonly (readonly [string, string])[]): string {
  const parsed = new URL(url);
  const given = parsed.searchParams.get("options");
  const own = settings.map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, "\\$&")}`);
  parsed.searchParams.set("options", [...(given === null ? [] : [given]), ...own].join(" "));
  return parsed.href;
}

function isLimit([name]: readonly [string, string]): boolean {
  return name.endsWith("_timeout");
}

/**
 * The statement that starts a transaction with our settings on a server of this major. They end with the transaction. The limits
 * of the database apply until ours are set, so those come first: the server reads `statement_timeout` again before each statement
 * of one message (`start_xact_command` in src/backend/tcop/postgres.c).
 */
export function beginWithOwnSettings(major: number): string {
  const settings = Object.entries(SETTINGS).filter(([name]) => !name.startsWith("default_transaction"));
  const inOrder = [...settings.filter(isLimit), ...settings.filter((setting) => !isLimit(setting))];
  const statements = inOrder.map(([name, value]) => `set local ${name} = ${name === "search_path" ? value : `'${value}'`}`);
  return ["begin isolation level read committed read write not deferrable", ...newerSettings(major), ...statements].join("; ");
}
