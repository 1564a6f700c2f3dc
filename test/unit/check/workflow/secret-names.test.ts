import { expect, test } from "vitest";
import { isSecretName } from "../../../../src/check/workflow/secret-names.ts";

test.each([
  "db_url",
  "DATABASE_URL",
  "connection-uri",
  "PGPASSWORD",
  "databaseUrl",
  "db_url_pooled",
  "prisma_direct_url",
  "api_key",
  "neon_branch_database_url",
  "DIRECT_URL",
  "login_password",
])("%s is the name of a secret", (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each([
  "llm_connections",
  "db_url_changed",
  "password_policy",
  "postgres_connector",
  "secret_scan",
  "database_url_exists",
  "dsn_count",
  "has_db_url",
  "use_database_url",
  "is_password_protected",
  "needs_connection_string",
  "hasDatabaseUrl",
  "neon_console_url",
  "database_docs_url",
  "pg_admin_url",
  "db_branch_url",
  "password_hash_rounds",
  "connection_string_source",
])("%s is not the name of a secret", (name) => {
  expect(isSecretName(name)).toBe(false);
});
