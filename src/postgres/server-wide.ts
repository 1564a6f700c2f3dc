import { SQLSTATE } from "./sqlstate.ts";

/** Objects of the whole server whose creation fails when another database of the server has created them. */
const WHOLE: Readonly<Record<string, RegExp>> = {
  [SQLSTATE.duplicateObject]: /\b(?:role|tablespace)\b|replication slot/i,
  [SQLSTATE.duplicateDatabase]: /./,
  [SQLSTATE.uniqueViolation]: /\bpg_(?:authid|database|tablespace|auth_members|db_role_setting)_\w+_index\b/,
};

/**
 * What it means when this error says that an object of the whole server exists already: one sentence for the cause, and one
 * for what to do. Undefined for every other error. Pure.
 */
export function existsOnServer(
  error: { readonly sqlstate?: string | undefined; readonly message: string } | undefined,
): { readonly meaning: string; readonly remedy: string } | undefined {
  const pattern = error?.sqlstate === undefined ? undefined : WHOLE[error.sqlstate];
  if (error === undefined || pattern === undefined || !pattern.test(error.message)) return undefined;
  return {
    meaning:
      "Roles, databases, tablespaces and replication slots belong to the whole server: another run on this server, or what the database was copied from, can have created it.",
    remedy:
      "Write the migration so that it accepts one that exists, for a role: do $$ begin create role NAME; exception when duplicate_object then null; end $$;",
  };
}
