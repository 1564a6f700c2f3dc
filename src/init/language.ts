import { pythonOf } from "./python.ts";
import type { RepositoryFacts } from "./repository-facts.ts";

/** A language besides Node that the tests or the migrations need. */
export interface Language {
  readonly name: "Ruby" | "Go" | "Python";
  /** Its official image, which is Debian. It has no Node and no Postgres. */
  readonly image: string;
  /** Installs the packages of the project. */
  readonly prepare: readonly string[];
}

// Gems below the checkout need no rights of root, on an agent as in a container.
const BUNDLE = ["bundle config set --local path vendor/bundle", "bundle install"];

/** Undefined for a Node project, unless it is a Rails application. A Node project with a `Gemfile` or a script is not one. */
export function languageOf(facts: RepositoryFacts): Language | undefined {
  const { texts, migrations } = facts;
  const rails = texts["bin/rails"] !== undefined || (migrations.from === "tool" && migrations.tool === "rails");
  if (rails || (texts["Gemfile"] !== undefined && texts["package.json"] === undefined)) {
    const version = versionIn(texts[".ruby-version"]) ?? versionIn(/^\s*ruby\s+["'](.*)["']/m.exec(texts["Gemfile"] ?? "")?.[1]) ?? "3";
    return { name: "Ruby", image: `ruby:${version}`, prepare: texts["Gemfile"] === undefined ? [] : BUNDLE };
  }
  if (texts["go.mod"] !== undefined && texts["package.json"] === undefined) {
    return { name: "Go", image: `golang:${versionIn(/^go\s+(\S+)/m.exec(texts["go.mod"])?.[1]) ?? "1"}`, prepare: [] };
  }
  if (texts["package.json"] !== undefined) return undefined;
  const python = pythonOf(facts);
  return python && { name: "Python", image: `python:${versionIn(texts[".python-version"]) ?? "3"}`, prepare: python.install };
}

/** Major and minor version: images of them get patches, and ones of a patch version disappear. */
function versionIn(text: string | undefined): string | undefined {
  return /^\D*(\d+\.\d+)(?!\d)/.exec(text?.trim() ?? "")?.[1];
}
