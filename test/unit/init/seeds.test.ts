import { expect, test } from "vitest";
import { parseConfiguration } from "../../../src/config/file.ts";
import { configurationText } from "../../../src/init/configuration.ts";
import { findSeed } from "../../../src/init/seeds.ts";
import { withFiles } from "../../support/tools.ts";
import { manifest, SHOP, withTexts } from "./repositories.ts";

const PRISMA = { "prisma/seed.ts": "", "package.json": manifest({ prisma: { seed: "tsx prisma/seed.ts" } }) };

test.each([
  ["prisma", PRISMA, "npx prisma db seed", ["prisma/seed.ts"]],
  [
    "supabase",
    { "supabase/seed.sql": "" },
    'psql "$DATABASE_URL" --no-psqlrc --set ON_ERROR_STOP=1 --single-transaction --file supabase/seed.sql',
    ["supabase/seed.sql"],
  ],
  ["knex", { "knexfile.cjs": "", "seeds/1_a.js": "" }, "npx knex seed:run --knexfile knexfile.cjs", ["seeds/**"]],
  ["rails", { "db/seeds.rb": "# Comment\nShop.create!\n" }, "bin/rails db:seed", ["db/seeds.rb"]],
  ["django", { "shop/fixtures/shops.json": "[]" }, "python3 manage.py loaddata shops", ["shop/fixtures/shops.json"]],
])("a seed of %s is offered as a comment, which is valid without its marks", async (tool, files, command, covers) => {
  const seed = await withFiles(files, (repository) => findSeed(repository, tool));
  const facts = {
    ...withTexts(SHOP, { "package.json": manifest({}) }),
    migrations: { from: "tool", tool, evidence: "x", ...(seed && { seed }) } as const,
  };
  const text = configurationText(facts);
  const { entries } = await parseConfiguration(text, "offshoot.yaml");
  expect([...entries.keys()]).toEqual(["migrations.tool"]);

  const lines = text.slice(text.indexOf("# migrations:")).replaceAll(/^# /gm, "");
  const asked = await parseConfiguration(lines, "offshoot.yaml");
  expect(asked.problems).toEqual([]);
  expect(asked.entries.get("migrations.steps")?.value).toMatchObject([
    { name: tool, tool },
    { name: "seed", command, files: covers, seed: "once" },
  ]);
});

test.each([
  ["prisma", { "prisma/seed.ts": "", "package.json": "{}" }],
  ["rails", { "db/seeds.rb": "# This file should ensure the existence of records\n#   Shop.create!\n" }],
  ["knex", { "seeds/README.md": "" }],
  ["django", { "shop/fixtures.py": "" }],
  ["alembic", { "supabase/seed.sql": "" }],
])("without a seed of %s, none is offered", async (tool, files) => {
  expect(await withFiles(files, (repository) => findSeed(repository, tool))).toBeUndefined();
});
