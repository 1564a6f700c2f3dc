import { expect, test } from "vitest";
import { isSecretName } from "../../../../src/check/workflow/secret-names.ts";

test.each(["db_url", "DATABASE_URL", "connection-uri", "PGPASSWORD", "databaseUrl", "db_url_pooled", "prisma_direct_url", "api_key"])(
  "%s is the name of a secret",
  (name) => {
    expect(isSecretName(name)).toBe(true);
  },
);

test.each([
  "llm_connections",
  "db_url_changed",
  "password_policy",
  "postgres_connector",
  "secret_scan",
  "database_url_exists",
  "dsn_count",
])("%s is not the name of a secret", (name) => {
  expect(isSecretName(name)).toBe(false);
});
