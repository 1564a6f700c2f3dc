import { expect, test } from "vitest";
import { detectInWorkspace, detectTool } from "../../../src/migration-tools/detect.ts";
import { repositoryIn } from "../../../src/migration-tools/repository.ts";
import { withFiles } from "../../support/tools.ts";

const PACKAGE = {
  "packages/db/package.json": JSON.stringify({ dependencies: { "node-pg-migrate": "9" } }),
  "packages/db/migrations/1_a.sql": "-- Up Migration\ncreate table a ();\n-- Down Migration\ndrop table a;\n",
  "packages/web/package.json": "{}",
  "examples/old/package.json": JSON.stringify({ dependencies: { "node-pg-migrate": "9" } }),
  "examples/old/migrations/1_a.sql": "select 1;\n",
};

test.each([
  ["npm", { "package.json": JSON.stringify({ workspaces: ["packages/*"] }) }],
  ["yarn", { "package.json": JSON.stringify({ workspaces: { packages: ["./packages/*/"] } }) }],
  [
    "pnpm",
    { "pnpm-workspace.yaml": "packages:\n  # all\n  - 'packages/**' # here\n  - \"apps/*\"\nonlyBuiltDependencies:\n  - examples/*\n" },
  ],
  ["pnpm, in brackets", { "pnpm-workspace.yaml": "packages: ['packages/*', \"apps/*\"]\n" }],
  ["deno", { "deno.json": JSON.stringify({ workspace: ["./packages/db"] }) }],
  ["Poetry", { "pyproject.toml": '[tool.poetry.dependencies]\ndb = { path = "packages/db", develop = true }\n' }],
  ["pip", { "requirements.txt": "flask\n-e ./packages/db[pg] # ours\n" }],
  ["Bundler", { Gemfile: 'gem "db", path: "packages/db"\n' }],
  ["Maven", { "pom.xml": "<project><modules><module>packages/db</module></modules></project>" }],
  ["Gradle", { "settings.gradle.kts": 'rootProject.name = "x"\ninclude(":packages:db")\n' }],
  ["Go", { "go.work": "go 1.23\nuse (\n\t./packages/db\n)\n" }],
  ["Rush", { "rush.json": '{ // all\n "projects": [{ "packageName": "db", "projectFolder": "packages/db" }] }' }],
  ["Composer", { "composer.json": '{"repositories": [{"type": "path", "url": "./packages/db"}]}' }],
  ["lerna", { "lerna.json": JSON.stringify({ packages: ["packages/*"] }) }],
  ["nx", { "nx.json": "{}" }],
  ["uv", { "pyproject.toml": '[project]\nname = "x"\n[tool.uv.workspace]\nmembers = ["packages/*"]\n' }],
])("finds the tool of a package that a workspace of %s declares", async (_, files) => {
  const found = await withFiles({ ...PACKAGE, ...(files as Record<string, string>) }, detectInWorkspace);
  expect(found).toMatchObject([
    { folder: "packages/db", project: { tool: "node-pg-migrate", command: "node-pg-migrate --no-verbose up" } },
  ]);
});

test.each([
  {},
  { "package.json": "{" },
  { "package.json": "[]" },
  { "pnpm-workspace.yaml": "packages: [a" },
  { "lerna.json": '{"packages": [1, "../.."]}' },
  { Gemfile: 'gem "db", path: "../packages/db"\n' },
  { "pom.xml": "<module>packages/*</module>" },
])("finds no package without a valid declaration: %j", async (files) => {
  const given = { ...PACKAGE, ...(files as Record<string, string>) };
  expect(await withFiles(given, detectInWorkspace)).toEqual([]);
});

test("a package uses the tools that the top of its checkout depends on", async () => {
  const files = {
    ".git/HEAD": "",
    "package.json": JSON.stringify({ workspaces: ["packages/*"], devDependencies: { "node-pg-migrate": "9" } }),
    "packages/db/package.json": "{}",
    "packages/db/migrations/1_a.sql": PACKAGE["packages/db/migrations/1_a.sql"],
  };
  const found = await withFiles(files, (root) => detectTool(repositoryIn(`${root.directory}/packages/db`)));
  expect(found).toMatchObject({ tool: "node-pg-migrate" });
});
