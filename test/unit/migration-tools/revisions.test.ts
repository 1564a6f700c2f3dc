import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isOffshootError } from "../../../src/errors.ts";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { headsOf, inOrder, inSequence, requireOneHead } from "../../../src/migration-tools/revisions.ts";
import type { Project, Revision } from "../../../src/migration-tools/tool.ts";
import { withFiles } from "../../support/tools.ts";

const revision = (id: string, dependsOn: readonly string[] = [], sequence?: string): Revision => ({
  id,
  name: id,
  dependsOn,
  ...(sequence === undefined ? {} : { sequence }),
});

const projectOf = (tool: string, files: Readonly<Record<string, string>>): Promise<Project> =>
  withFiles(files, (repository) => requireTool(tool, repository));

/** The code, message and remedy of the error that a function throws. */
function failure(act: () => void): readonly (string | undefined)[] {
  try {
    act();
  } catch (thrown) {
    if (isOffshootError(thrown)) return [thrown.code, thrown.message, thrown.remedy];
    throw thrown;
  }
  return [];
}

test("each revision in a sequence depends on the one before, and the last one is the head", () => {
  const revisions = inSequence(["m/1_a.sql", "m/2_b.sql"]);
  expect(revisions).toEqual([revision("1_a"), revision("2_b", ["1_a"])]);
  expect(headsOf(revisions).map(({ id }) => id)).toEqual(["2_b"]);
});

test("in any order of the files, each revision is sorted after those on which it depends", () => {
  const graph = fc
    .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
    .map((all) => all.map((after, at) => revision(`r${at}`, at === 0 ? [] : [...new Set(after.map((each) => `r${each % at}`))])));
  const shuffled = graph.chain((revisions) => fc.shuffledSubarray(revisions, { minLength: revisions.length }));
  fc.assert(
    fc.property(shuffled, (revisions) => {
      const ordered = inOrder(revisions);
      expect(ordered).toHaveLength(revisions.length);
      const place = new Map(ordered.map(({ id }, at) => [id, at]));
      for (const { id, dependsOn } of ordered) for (const before of dependsOn) expect(place.get(before)).toBeLessThan(place.get(id) ?? 0);
    }),
  );
});

test("revisions that depend on each other in a cycle are an error that names them", () => {
  const [code, message] = failure(() => inOrder([revision("a"), revision("b", ["c"]), revision("c", ["b"])]));
  expect([code, message]).toEqual(["MIGRATION_HEADS", "The migrations depend on each other in a cycle: b, c."]);
});

const alembic = (merge: boolean): Promise<Project> =>
  projectOf("alembic", {
    "alembic.ini": "[alembic]\n",
    "alembic/versions/1_base.py": 'revision: str = "a"\ndown_revision: Union[str, None] = None\n',
    "alembic/versions/2_left.py": 'revision = "b"\ndown_revision = "a"\n',
    "alembic/versions/2_right.py": "revision = 'c'\ndown_revision = 'a'  # beside left\n",
    ...(merge ? { "alembic/versions/3_join.py": 'revision = "d"\ndown_revision = (\n    "b",\n    "c",\n)\n' } : {}),
  });

const django = (files: Readonly<Record<string, string>>): Promise<Project> =>
  projectOf("django", {
    "manage.py": 'django os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")',
    "settings.py": 'INSTALLED_APPS = ["shop", "users"]',
    "shop/migrations/__init__.py": "",
    "users/migrations/__init__.py": "",
    ...files,
  });
const module = (dependencies: string, more = ""): string =>
  `class Migration(migrations.Migration):\n    dependencies = [${dependencies}]\n${more}`;

describe("several heads", () => {
  test("of Alembic are an error that names them, with the command that merges them", async () => {
    const project = await alembic(false);
    expect(failure(() => requireOneHead(project))).toEqual([
      "MIGRATION_HEADS",
      "The alembic migrations have several heads: 2_left, 2_right.",
      "Run `alembic merge heads` (`flask db merge heads` with Flask-Migrate), or change `down_revision` of one of them.",
    ]);
  });

  test("of Alembic that were merged are one head", async () => {
    const project = await alembic(true);
    expect(failure(() => requireOneHead(project))).toEqual([]);
    expect(headsOf(project.revisions).map(({ id }) => id)).toEqual(["d"]);
  });

  test("of Drizzle are two migrations whose snapshots were generated from the same one", async () => {
    const entries = [
      { idx: 0, tag: "0000_a" },
      { idx: 1, tag: "0001_b" },
      { idx: 2, tag: "0002_c" },
    ];
    const sources = Object.fromEntries(
      entries.flatMap(({ idx, tag }) => [
        [`drizzle/${tag}.sql`, `select '${tag}'`],
        [`drizzle/meta/000${idx}_snapshot.json`, JSON.stringify({ id: `s${idx}`, prevId: idx === 0 ? "none" : "s0" })],
      ]),
    );
    const journal = JSON.stringify({ entries });
    const project = await projectOf("drizzle", { "drizzle.config.json": "{}", "drizzle/meta/_journal.json": journal, ...sources });
    expect(failure(() => requireOneHead(project))[1]).toBe("The drizzle migrations have several heads: 0001_b, 0002_c.");
  });

  test("of one Django app are an error, but one head in each of two apps is not", async () => {
    const apps = {
      "shop/migrations/0001_initial.py": module(""),
      "users/migrations/0001_initial.py": module('("shop", "0001_initial")'),
      "shop/migrations/0002_left.py": module('("shop", "0001_initial"), ("auth", "0001_initial")'),
    };
    const good = await django(apps);
    expect(failure(() => requireOneHead(good))).toEqual([]);
    expect(headsOf(good.revisions).map(({ id }) => id)).toEqual(["shop.0002_left", "users.0001_initial"]);

    const split = await django({ ...apps, "shop/migrations/0002_right.py": module('("shop", "0001_initial")') });
    expect(failure(() => requireOneHead(split))[1]).toBe(
      "The django migrations have several heads: shop: shop.0002_left, shop.0002_right.",
    );
  });

  test("are not found in a squashed Django migration and the migrations that it replaces", async () => {
    const project = await django({
      "shop/migrations/0001_initial.py": module(""),
      "shop/migrations/0002_more.py": module('("shop", "0001_initial")'),
      "shop/migrations/0001_squashed.py": module("", '    replaces = [("shop", "0001_initial"), ("shop", "0002_more")]\n'),
      "shop/migrations/0003_last.py": module('("shop", "0002_more")'),
    });
    expect(project.revisions.map(({ id }) => id)).toEqual(["shop.0001_squashed", "shop.0003_last"]);
    expect(failure(() => requireOneHead(project))).toEqual([]);
  });
});

test("the settings of Alembic are read from pyproject.toml, and its revisions from several folders and packages", async () => {
  const project = await projectOf("alembic", {
    "pyproject.toml":
      '[tool.alembic]\nscript_location = "%(here)s/db"\nversion_locations = [\n  "db/one",\n  "my.app:versions",\n]\n\n[tool.other]\nx = 1\n',
    "db/one/a.py": 'revision = "a"\ndown_revision = None\n',
    "my/app/versions/b.py": 'revision = "b"\ndown_revision = "a"\n',
  });
  expect(project).toMatchObject({ evidence: "pyproject.toml", files: ["pyproject.toml", "db/**/*.py", "my/app/versions/**/*.py"] });
  expect(project.revisions.map(({ id }) => id)).toEqual(["a", "b"]);
});

test("version_locations of Alembic in an INI file can continue on several lines, or be separated by colons", async () => {
  const versions = { "one/a.py": 'revision = "a"\ndown_revision = None\n', "two/b.py": 'revision = "b"\ndown_revision = "a"\n' };
  for (const locations of [
    "version_locations =\n    one\n    %(here)s/two\n",
    "version_path_separator = os\nversion_locations = one:./two/\n",
  ]) {
    const project = await projectOf("alembic", { "alembic.ini": `[alembic]\n${locations}script_location = s\n`, ...versions });
    expect(project.files).toEqual(["alembic.ini", "s/**/*.py", "one/**/*.py", "two/**/*.py"]);
    expect(project.revisions.map(({ id }) => id)).toEqual(["a", "b"]);
  }
});
