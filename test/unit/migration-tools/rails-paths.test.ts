import { expect, test } from "vitest";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { withFiles } from "../../support/tools.ts";

const rails = async (
  files: Readonly<Record<string, string>>,
): Promise<{ readonly ids: readonly string[]; readonly files: readonly string[] }> =>
  withFiles({ "bin/rails": "", ...files }, async (repository) => {
    const project = await requireTool("rails", repository);
    return { ids: project.revisions.map(({ id }) => id), files: project.files };
  });

const TWO = { "db/migrate/1_a.rb": "", "db/more/2_b.rb": "" };
const BOTH = { ids: ["1", "2"], files: ["db/migrate/**", "db/more/**"] };

test.each([
  'config.paths["db/migrate"] << "db/more"',
  "config.paths['db/migrate'].concat(['db/more'])",
  'config.paths["db/migrate"].push Rails.root.join("db", "more")',
  'config.paths["db/migrate"] = ["db/migrate", "db/more"]',
  'config.paths["db/migrate"] = [\n      "db/migrate",\n      "db/more",\n    ]',
  'config.paths.add "db/migrate", with: ["db/migrate", "db/more"]',
])("Rails: every folder of the configuration counts: %s", async (line) => {
  expect(
    await rails({ ...TWO, "config/application.rb": `class App\n    ${line}\n    # config.paths["db/migrate"] << "db/old"\nend\n` }),
  ).toEqual(BOTH);
});

test("Rails: the folders of database.yml count", async () => {
  const yaml = "test:\n  primary:\n    migrations_paths: [db/migrate, db/more]\n";
  expect(await rails({ ...TWO, "config/database.yml": yaml })).toEqual(BOTH);
  expect(
    await rails({ ...TWO, "config/database.yml": yaml.replace("[db/migrate, db/more]", "\n      - db/migrate\n      - db/more") }),
  ).toEqual(BOTH);
});

test("Rails: an assignment replaces the default, and a comment does not count", async () => {
  const files = { ...TWO, "config/application.rb": 'config.paths["db/migrate"] = "db/more"\n' };
  expect(await rails(files)).toEqual({ ids: ["2"], files: ["db/more/**"] });
  expect(await rails({ ...TWO, "config/application.rb": '# config.paths["db/migrate"] << "db/more"\n' })).toEqual({
    ids: ["1"],
    files: ["db/migrate/**"],
  });
});

test("Rails: the migrations that an engine of the repository appends count", async () => {
  const engine =
    'initializer :append_migrations do |app|\n app.config.paths["db/migrate"].concat(config.paths["db/migrate"].expanded)\nend\n';
  const files = { "db/migrate/1_a.rb": "", "engines/billing/db/migrate/2_b.rb": "", "engines/billing/lib/billing/engine.rb": engine };
  expect(await rails(files)).toEqual({ ids: ["1", "2"], files: ["db/migrate/**", "engines/billing/db/migrate/**"] });
  expect((await rails({ ...files, "engines/billing/lib/billing/engine.rb": "class Engine\nend\n" })).ids).toEqual(["1"]);
});
