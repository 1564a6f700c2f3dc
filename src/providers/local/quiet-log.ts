import { withSession } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import { parseUrl } from "../../postgres/url.ts";

/**
 * What a server writes into its log of the statements and the errors of a session. Only a superuser can set them (PostgreSQL documentation,
 * "Error Reporting and Logging").
 */
const QUIET = {
  log_min_messages: "panic",
  log_min_error_statement: "panic",
  log_min_duration_statement: "-1",
  log_min_duration_sample: "-1",
  log_transaction_sample_rate: "0",
  log_statement: "none",
  log_duration: "off",
} as const;

/**
 * Keeps rows of a database out of the server's log, which stays when the database is deleted: errors have values of rows in their details,
 * and statements in their literals. Holds for new sessions, and for copies of the database. Returns whether the role may do that.
 */
export async function keepOutOfLog(url: string, signal: AbortSignal): Promise<boolean> {
  const database = identifier(parseUrl(url).database);
  const statements = Object.entries(QUIET).map(([name, value]) => `alter database ${database} set ${name} = '${value}'`);
  return withSession(
    url,
    async (session) => {
      const [row] = await session.query<{ allowed: boolean }>(
        "select rolsuper as allowed from pg_catalog.pg_roles where rolname operator(pg_catalog.=) current_user",
      );
      if (row?.allowed !== true) return false;
      await session.query(statements.join("; "));
      return true;
    },
    { signal },
  );
}
