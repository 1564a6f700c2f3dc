import type { RepositoryFacts } from "../../../src/init/repository-facts.ts";

/** A Node project with node-pg-migrate, tests and a lock file, without a git remote. */
export const SHOP: RepositoryFacts = {
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
export const ACCOUNTING: RepositoryFacts = {
  ...SHOP,
  migrations: { from: "tool", tool: "alembic", evidence: "alembic.ini" },
  texts: { "requirements.txt": "alembic==1.13\npytest\n" },
};

/** A Rails application with a script for its assets. */
export const BLOG: RepositoryFacts = {
  ...SHOP,
  migrations: { from: "tool", tool: "rails", evidence: "bin/rails" },
  texts: { "bin/rails": "", Gemfile: 'source "https://gems.example"\nruby "3.3.6"\n', ".ruby-version": "3.4.2\n", ".rspec": "" },
};

/** An empty folder. */
export const BARE: RepositoryFacts = { ...SHOP, migrations: { from: "nothing", below: [] }, texts: {} };

export function manifest(content: object): string {
  return JSON.stringify(content);
}

/** The same repository with other files. */
export function withTexts(facts: RepositoryFacts, texts: Readonly<Record<string, string>>): RepositoryFacts {
  return { ...facts, texts };
}
