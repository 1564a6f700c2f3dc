import { expect, test } from "vitest";
import { migratesByName } from "../../../../src/check/workflow/migration-names.ts";

test.each([
  "npm run db:push",
  "npm run prisma:migrate-dev",
  "pnpm db:deploy-migrations",
  "yarn workspace @acme/db migrate",
  "make db-migrate",
  "just migrate",
  "npx tsx scripts/migrate.ts",
  "node dist/db/migrate.js",
  "bun run src/db/migrate.ts",
  "python scripts/run_migrations.py",
  "python -m app.db.migrate",
  "go run ./cmd/hatchet-migrate",
  "go run ./cmd/migrate up",
  "cargo run --bin migrate",
  "deno run -A migrate.ts",
])("%j has the name of a migration", (command) => {
  expect(migratesByName(command, undefined)).toBe(true);
});

test.each([
  "npm run migrate:status",
  "npm run migration:create",
  "npm run lint:migrations",
  "npm run test:migrations",
  "node scripts/check-migrations.js",
  "python scripts/lint_migrations.py",
  "python -m pytest tests/test_migrate.py",
  "node scripts/migrate.ts --dry-run",
  "go test ./migrate",
  "go run ./cmd/migrate --help",
  "go run ./cmd/migrate --down 12",
  "npm run migrate -- status",
])("%j does not have the name of a migration", (command) => {
  expect(migratesByName(command, undefined)).toBe(false);
});
