import { describe, expect, test } from "vitest";
import { findTool } from "../../../src/migration-tools/detect.ts";
import { repositoryIn } from "../../../src/migration-tools/repository.ts";
import { headsOf, splitHeads } from "../../../src/migration-tools/revisions.ts";
import { versionTableGap } from "../../../src/migration-tools/version-table.ts";
import { runProgram } from "../../../src/process/run-program.ts";
import { inFolder } from "../../support/folder.ts";
import { isInstalled, REAL_TOOLS, toolPath, withFiles } from "../../support/tools.ts";

type Files = Readonly<Record<string, string>>;

interface Layout {
  readonly when: string;
  readonly files: Files;
  /** The heads of the apps of the repository. */
  readonly heads: readonly string[];
  /** All migrations of the apps of the repository that Django would run. */
  readonly plan: readonly string[];
  /** The app of which Django reports conflicting migrations. */
  readonly conflict?: string;
}

const MANAGE =
  'import os, sys\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "conf.settings")\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n';
const DATABASES = 'SECRET_KEY = "s"\nDATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}\n';
const migration = (body: string): string =>
  `from django.conf import settings\nfrom django.db import migrations\nclass Migration(migrations.Migration):\n${body.replaceAll(/^/gm, "    ")}\n    operations = []\n`;

const project = (settings: string, apps: Files): Files => ({
  "manage.py": MANAGE,
  "conf/__init__.py": "",
  "conf/settings.py": DATABASES + settings,
  ...apps,
});

/** An app with these migrations, in a folder. */
const app = (folder: string, migrations: Files, more: Files = {}): Files => ({
  [`${folder}/__init__.py`]: "",
  [`${folder}/migrations/__init__.py`]: "",
  ...Object.fromEntries(Object.entries(migrations).map(([name, body]) => [`${folder}/migrations/${name}.py`, migration(body)])),
  ...Object.fromEntries(Object.entries(more).map(([name, text]) => [`${folder}/${name}`, text])),
});

const FIRST = { "0001_a": "dependencies = []" };
const config = (more: string, name = "shop"): string =>
  `from django.apps import AppConfig\nclass ShopConfig(AppConfig):\n    name = "${name}"\n${more}`;
const SHOP = 'INSTALLED_APPS = ["shop"]\n';

const LAYOUTS: readonly Layout[] = [
  {
    when: "has an app that is not installed, with a fork",
    files: project(SHOP, {
      ...app("shop", FIRST),
      ...app("old", { ...FIRST, "0002_b": 'dependencies = [("old", "0001_a")]', "0002_c": 'dependencies = [("old", "0001_a")]' }),
    }),
    heads: ["shop.0001_a"],
    plan: ["shop.0001_a"],
  },
  {
    when: "has a label in apps.py",
    files: project(
      SHOP,
      app("shop", { ...FIRST, "0002_b": 'dependencies = [("store", "0001_a")]' }, { "apps.py": config('    label = "store"\n') }),
    ),
    heads: ["store.0002_b"],
    plan: ["store.0001_a", "store.0002_b"],
  },
  {
    when: "installs a class of a configuration",
    files: project('INSTALLED_APPS = ["shop.setup.ShopConfig"]\n', app("shop", FIRST, { "setup.py": config('    label = "store"\n') })),
    heads: ["store.0001_a"],
    plan: ["store.0001_a"],
  },
  {
    when: "has several configurations in apps.py, one of them the default",
    files: project(
      SHOP,
      app("shop", FIRST, {
        "apps.py": `${config('    label = "other"\n')}\nclass B(AppConfig):\n    name = "shop"\n    label = "store"\n    default = True\n`,
      }),
    ),
    heads: ["store.0001_a"],
    plan: ["store.0001_a"],
  },
  {
    when: "is forked",
    files: project(
      SHOP,
      app("shop", { ...FIRST, "0002_b": 'dependencies = [("shop", "0001_a")]', "0002_c": 'dependencies = [("shop", "0001_a")]' }),
    ),
    heads: ["shop.0002_b", "shop.0002_c"],
    plan: [],
    conflict: "shop",
  },
  {
    when: "was healed by a merge",
    files: project(
      SHOP,
      app("shop", {
        ...FIRST,
        "0002_b": 'dependencies = [("shop", "0001_a")]',
        "0002_c": 'dependencies = [("shop", "0001_a")]',
        "0003_m": 'dependencies = [("shop", "0002_b"), ("shop", "0002_c")]',
      }),
    ),
    heads: ["shop.0003_m"],
    plan: ["shop.0001_a", "shop.0002_b", "shop.0002_c", "shop.0003_m"],
  },
  {
    when: "is squashed twice",
    files: project(
      SHOP,
      app("shop", {
        ...FIRST,
        "0002_b": 'dependencies = [("shop", "0001_a")]',
        "0001_squashed_0002": 'replaces = [("shop", "0001_a"), ("shop", "0002_b")]\ndependencies = []',
        "0003_c": 'dependencies = [("shop", "0002_b")]',
      }),
    ),
    heads: ["shop.0003_c"],
    plan: ["shop.0001_squashed_0002", "shop.0003_c"],
  },
  {
    when: "has apps that depend on each other's ends, on a swappable model, and run before another",
    files: project('INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "shop", "users", "web"]\n', {
      ...app("shop", {
        ...FIRST,
        "0002_b": 'dependencies = [("shop", "0001_a"), ("users", "__latest__"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]',
      }),
      ...app("users", { ...FIRST, "0002_b": 'dependencies = [("users", "0001_a"), ("shop", "__first__"), ("users", "__first__")]' }),
      ...app("web", { "0001_z": 'dependencies = []\nrun_before = [("users", "0001_a")]' }),
    }),
    heads: ["shop.0002_b", "users.0002_b", "web.0001_z"],
    plan: ["shop.0001_a", "web.0001_z", "users.0001_a", "users.0002_b", "shop.0002_b"],
  },
  {
    when: "has its migrations in other modules, and an app without migrations",
    files: project(
      'INSTALLED_APPS = ["shop", "users", "django.contrib.contenttypes"]\nMIGRATION_MODULES = {"shop": "db.shop", "users": None, "contenttypes": None}\n',
      {
        ...app("shop", { "0009_no": "dependencies = []" }),
        ...app("users", FIRST),
        "db/__init__.py": "",
        "db/shop/__init__.py": "",
        "db/shop/0001_a.py": migration("dependencies = []"),
      },
    ),
    heads: ["shop.0001_a"],
    plan: ["shop.0001_a"],
  },
  {
    when: "has settings in several files",
    files: {
      ...project("", { ...app("shop", FIRST), ...app("users", FIRST), ...app("old", FIRST) }),
      "conf/settings.py":
        "from .parts import *\nfrom .apps_list import LOCAL as MINE\nINSTALLED_APPS += MINE\nINSTALLED_APPS.append('users')\n",
      "conf/parts.py": `${DATABASES}INSTALLED_APPS = ["django.contrib.contenttypes"]\n`,
      "conf/apps_list.py": 'LOCAL = ["shop"]\n',
    },
    heads: ["shop.0001_a", "users.0001_a"],
    plan: ["shop.0001_a", "users.0001_a"],
  },
  {
    when: "has names and folders that Django leaves out",
    files: project('INSTALLED_APPS = ["shop", "bare"]\n', {
      ...app(
        "shop",
        { ...FIRST, _0002_b: 'dependencies = [("shop", "0001_a")]' },
        { "migrations/sub/0002_c.py": migration("dependencies = []") },
      ),
      "bare/__init__.py": "",
      "bare/migrations/0001_a.py": migration("dependencies = []"),
    }),
    heads: ["shop.0001_a"],
    plan: ["shop.0001_a"],
  },
  {
    when: "has its apps in a folder of Python's path",
    files: project(
      'import sys, os\nsys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "apps"))\nINSTALLED_APPS = ["shop"]\n',
      app("apps/shop", FIRST),
    ),
    heads: ["shop.0001_a"],
    plan: ["shop.0001_a"],
  },
];

describe("the migrations of Django", () => {
  test.each(LAYOUTS)("in a project that $when are those that Django runs", async ({ files, heads, plan, conflict }) => {
    await withFiles(files, async (repository) => {
      const found = await findTool("django", repository);
      const revisions = found?.revisions ?? [];
      expect(splitHeads(revisions).map(([sequence]) => sequence)).toEqual(conflict === undefined ? [] : [conflict]);
      expect(
        headsOf(revisions)
          .map(({ id }) => id)
          .toSorted(),
      ).toEqual(heads.toSorted());
      const ids = revisions.map(({ id }) => id);
      expect((conflict === undefined ? ids : plan).toSorted()).toEqual(plan.toSorted());
    });
  });

  const installed = REAL_TOOLS.some((tool) => tool.name === "django" && isInstalled(tool));
  test.runIf(installed).each(LAYOUTS)(
    "in a project that $when are those of `manage.py`",
    { tags: "proof", timeout: 90_000 },
    async ({ files, plan, conflict }) => {
      await inFolder(files, async (folder) => {
        const manage = (...args: readonly string[]) =>
          runProgram(["/usr/bin/python3", "manage.py", ...args], {
            cwd: folder,
            env: { PATH: toolPath() },
            signal: AbortSignal.timeout(60_000),
          });
        const check = await manage("makemigrations", "--check", "--dry-run");
        const conflicts = /Conflicting migrations detected.*\((?:[^()]*) in (\w+)\)/.exec(check.stdout + check.stderr)?.[1];
        expect({ conflicts, failed: check.failure !== undefined, output: check.stderr }).toMatchObject({
          conflicts: conflict,
          failed: conflict !== undefined,
        });
        if (conflict !== undefined) return;
        const { stdout } = await manage("showmigrations", "--plan");
        const shown = [...stdout.matchAll(/^\[ \] {2}(\S+)/gm)]
          .map(([, id = ""]) => id)
          .filter((id) => !/^(?:auth|contenttypes)\./.test(id));
        expect(shown.toSorted()).toEqual(plan.toSorted());
        // Each comes after those on which it depends, in Django's order too.
        const ours = await findTool("django", repositoryIn(folder));
        for (const { id, dependsOn } of ours?.revisions ?? []) {
          for (const before of dependsOn.filter((each) => shown.includes(each)))
            expect(shown.indexOf(before)).toBeLessThan(shown.indexOf(id));
        }
      });
    },
  );

  test("of an app that is perhaps not installed do not block, and count only where the database has one of them", async () => {
    const files = project('INSTALLED_APPS = ["shop"] + extra()\n', {
      ...app("shop", FIRST),
      ...app("old", { ...FIRST, "0001_b": "dependencies = []" }),
    });
    await withFiles(files, async (repository) => {
      const found = await findTool("django", repository);
      if (found === undefined) throw new Error("Django is expected");
      expect(splitHeads(found.revisions)).toEqual([]);
      expect(versionTableGap(found, ["shop.0001_a"])).toBeUndefined();
      expect(versionTableGap(found, ["shop.0001_a", "old.0001_a"])).toMatchObject({ missing: ["old.0001_b"] });
    });
  });

  test("with settings and configurations are part of the fingerprint", async () => {
    const files = project(SHOP, app("shop", FIRST, { "apps.py": config("") }));
    await withFiles(files, async (repository) => {
      expect((await findTool("django", repository))?.files).toEqual([
        "manage.py",
        "conf/settings.py",
        "shop/apps.py",
        "**/migrations/*.py",
        "!**/site-packages/**",
      ]);
    });
  });
});

test.each([
  [
    "DATABASE_ROUTERS = ['conf.Router']\nDATABASES = {'default': {}, 'stats': {}, 'read_replica': {}}\n",
    /and not "stats", which .* --database stats`\.$/,
  ],
  ["DATABASES = {'default': {}, 'stats': {}}\n", /^nothing$/],
  ["DATABASE_ROUTERS = []\nDATABASES = {'default': {}, 'stats': {}}\n", /^nothing$/],
  ["DATABASE_ROUTERS = ['conf.Router']\nDATABASES = {'default': {}, 'replica': {}}\n", /^nothing$/],
])("a second database of Django's settings is reported where routers can send tables there: %j", async (settings, text) => {
  await withFiles(project(SHOP + settings, app("shop", FIRST)), async (repository) => {
    const { leaves } = (await findTool("django", repository)) ?? {};
    expect(leaves ?? "nothing").toMatch(text);
  });
});
