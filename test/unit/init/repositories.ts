import type { Facts } from "../../../src/init/facts.ts";

/** A Node project with node-pg-migrate, tests and a lock file, on no known host. */
export const SHOP: Facts = {
  folder: "",
  up: "",
  host: undefined,
  version: "0.1",
  migrations: { from: "tool", tool: "node-pg-migrate", evidence: "node-pg-migrate in package.json" },
  given: {},
  configuration: undefined,
  texts: { "package.json": manifest({ scripts: { test: "vitest run" } }), "package-lock.json": "{}" },
  pipelines: {},
};

/** A Python project with Alembic and pytest. */
export const LEDGER: Facts = {
  ...SHOP,
  migrations: { from: "tool", tool: "alembic", evidence: "alembic.ini" },
  texts: { "requirements.txt": "alembic==1.13\npytest\n" },
};

/** A folder with nothing that is known. */
export const BARE: Facts = { ...SHOP, migrations: { from: "nothing", below: [] }, texts: {} };

export function manifest(content: object): string {
  return JSON.stringify(content);
}

/** The same repository with other files. */
export function withTexts(facts: Facts, texts: Readonly<Record<string, string>>): Facts {
  return { ...facts, texts };
}
