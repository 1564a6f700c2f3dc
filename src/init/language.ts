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
    const version = versionIn(texts[".ruby-version"]) ?? versionIn(rubyOf(texts["Gemfile"])) ?? "3";
    return { name: "Ruby", image: `ruby:${version}`, prepare: texts["Gemfile"] === undefined ? [] : BUNDLE };
  }
  if (texts["go.mod"] !== undefined && texts["package.json"] === undefined) {
    // The version in go.mod is the lowest one that works, and the image of an old one is an old Debian.
    return { name: "Go", image: "golang:1", prepare: [] };
  }
  if (texts["package.json"] !== undefined) return undefined;
  const python = pythonOf(facts);
  return python && { name: "Python", image: `python:${versionIn(texts[".python-version"]) ?? "3"}`, prepare: python.install };
}

/** The version in a Gemfile. One that is only the lowest, such as `>= 3.0` or `~> 3.0`, does not say which image to use. */
function rubyOf(gemfile: string | undefined): string | undefined {
  const version = /^\s*ruby\s+["'](.*?)["']/m.exec(gemfile ?? "")?.[1];
  return version === undefined || /^\s*(?:>|~>\s*\d+(?:\.\d+)?\s*$)/.test(version) ? undefined : version;
}

/** Major and minor version: images of them get patches, and ones of a patch version disappear. */
function versionIn(text: string | undefined): string | undefined {
  return /^\D*(\d+\.\d+)(?!\d)/.exec(text?.trim() ?? "")?.[1];
}
