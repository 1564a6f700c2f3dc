import { expect, test } from "vitest";
import { languageOf } from "../../../src/init/language.ts";
import { commandsFor } from "../../../src/init/pipeline-commands.ts";
import { ACCOUNTING, BARE, BLOG, SHOP, withTexts } from "./repositories.ts";

test.each([
  ["a Rails application", BLOG, "ruby:3.4"],
  ["a Rails application with package.json", withTexts(BLOG, { ...BLOG.texts, "package.json": "{}" }), "ruby:3.4"],
  ["a version in the Gemfile", withTexts(BLOG, { "bin/rails": "", Gemfile: 'ruby "~> 3.3.1"\n' }), "ruby:3.3"],
  ["a lowest version in the Gemfile", withTexts(BLOG, { "bin/rails": "", Gemfile: 'ruby ">= 3.0"\n' }), "ruby:3"],
  ["a lowest minor version in the Gemfile", withTexts(BLOG, { "bin/rails": "", Gemfile: "ruby '~> 3.0'\n" }), "ruby:3"],
  ["another Ruby without a version", withTexts(BARE, { Gemfile: "", ".ruby-version": "jruby\n" }), "ruby:3"],
  ["Go", withTexts(BARE, { "go.mod": "module shop\n\ngo 1.23.4\n" }), "golang:1"],
  ["Python", ACCOUNTING, "python:3"],
  ["Python with a version", withTexts(ACCOUNTING, { "requirements.txt": "pytest", ".python-version": "3.12.1\n" }), "python:3.12"],
])("the tests of %s run in the image of the language", (_, facts, image) => {
  expect(commandsFor(facts).pipeline.image).toBe(image);
});

test("a Node project with a Gemfile for a tool is a Node project", () => {
  expect(languageOf(withTexts(SHOP, { ...SHOP.texts, Gemfile: "" }))).toBeUndefined();
});

test.each([
  ["an image of another language lacks Node and Postgres", BLOG, ["nodejs", "npm", "postgresql"]],
  ["a Node image lacks nothing, since a package brings Postgres", SHOP, []],
  ["a Node image without package.json lacks Postgres", BARE, ["postgresql"]],
  [
    "a Node image lacks Python's module for virtual environments",
    withTexts(ACCOUNTING, { ...SHOP.texts, "requirements.txt": "alembic" }),
    ["python3-venv"],
  ],
])("%s", (_, facts, packages) => {
  expect(commandsFor(facts).pipeline.packages).toEqual(packages);
});

test("gems are installed below the checkout, and the user reads what the pipeline assumes", () => {
  const { pipeline, notes } = commandsFor(BLOG);
  expect([pipeline.prepare, pipeline.run]).toEqual([
    ["bundle config set --local path vendor/bundle", "bundle install"],
    "npx --yes offshoot@0.1 run -- bundle exec rspec",
  ]);
  expect(notes).toEqual([expect.stringContaining("Debian 13 or later")]);
});
