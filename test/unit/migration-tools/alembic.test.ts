import { describe, expect, test } from "vitest";
import { isOffshootError } from "../../../src/errors.ts";
import { alembic } from "../../../src/migration-tools/alembic.ts";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { headsOf, requireOneHead } from "../../../src/migration-tools/revisions.ts";
import type { Project } from "../../../src/migration-tools/tool.ts";
import { runProgram } from "../../../src/process/run-program.ts";
import { inFolder } from "../../support/folder.ts";
import { isInstalled, REAL_TOOLS, toolPath, withFiles } from "../../support/tools.ts";

type Files = Readonly<Record<string, string>>;

interface History {
  readonly when: string;
  readonly files: Files;
  /** The heads, in any order. Undefined: the history is refused before its heads count. */
  readonly heads?: readonly string[];
  /** Default: it may run. */
  readonly refused?: string;
  readonly command?: string;
}

const END = "def upgrade(): pass\ndef downgrade(): pass\n";
const INI = "[alembic]\nscript_location = mig\n";
const ENV = { "mig/env.py": "" };

/** Files in `mig/versions` with these declarations. */
const history = (declarations: Files, ini = INI): Files => ({
  "alembic.ini": ini,
  ...ENV,
  ...Object.fromEntries(Object.entries(declarations).map(([name, text]) => [`mig/versions/${name}.py`, `${text}\n${END}`])),
});

const A = 'revision = "a"\ndown_revision = None';
const after = (id: string, parent: string, more = ""): string => `revision = "${id}"\ndown_revision = ${parent}\n${more}`;

const HISTORIES: readonly History[] = [
  { when: "has two assignments on a line", files: history({ a: A, b: 'revision = "b"; down_revision = "a"' }), heads: ["b"] },
  {
    when: "has annotations and comments",
    files: history({
      a: "from typing import Union\nrevision: str = 'a'\ndown_revision: Union[str, None] = None",
      b: 'from typing import Sequence, Union\nrevision: str = "b"  # "c"\ndown_revision: Union[str, Sequence[str], None] = (\n    "a",  # the first\n)',
    }),
    heads: ["b"],
  },
  { when: "assigns a tuple to two names", files: history({ a: A, b: 'revision, down_revision = "b", "a"' }), heads: ["b"] },
  {
    when: "has assignments in its docstring",
    files: history({ a: A, b: `"""Old:\nrevision = "x"\ndown_revision = "y"\n"""\n${after("b", '"a"')}` }),
    heads: ["b"],
  },
  { when: "has a name for its parent", files: history({ a: A, b: `PARENT = "a"\n${after("b", "PARENT")}` }), heads: ["b"] },
  { when: "is forked", files: history({ a: A, b: after("b", '"a"'), c: after("c", '"a"') }), heads: ["b", "c"], refused: "several heads" },
  {
    when: "was healed by a merge",
    files: history({ a: A, b: after("b", '"a"'), c: after("c", '"a"'), d: after("d", '("b", "c")') }),
    heads: ["d"],
  },
  {
    when: "was healed by a change of the parent",
    files: history({ a: A, b: after("b", '"a"'), c: after("c", '"b"') }),
    heads: ["c"],
  },
  {
    when: "is only seemingly healed by depends_on",
    files: history({ a: A, b: after("b", '"a"'), c: after("c", '"a"', 'depends_on = "b"') }),
    heads: ["b", "c"],
    refused: "several heads",
  },
  {
    when: "has two labelled branches on purpose, one of which depends on the other",
    files: history({
      a: after("a", "None", 'branch_labels = ("shop",)'),
      b: after("b", '"a"'),
      u: after("u", "None", 'branch_labels = ("users",)\ndepends_on = ("shop",)'),
    }),
    heads: ["b", "u"],
    command: "alembic upgrade heads",
  },
  {
    when: "has two labelled branches, one of which is forked",
    files: history({
      a: after("a", "None", 'branch_labels = ("shop",)'),
      b: after("b", '"a"'),
      c: after("c", '"a"'),
      u: after("u", "None", 'branch_labels = ("users",)'),
    }),
    heads: ["b", "c", "u"],
    refused: "several heads",
    command: "alembic upgrade heads",
  },
  {
    when: "has a label from a common base on",
    files: history({ a: A, b: after("b", '"a"', 'branch_labels = "shop"'), c: after("c", '"a"', 'branch_labels = "users"') }),
    heads: ["b", "c"],
    command: "alembic upgrade heads",
  },
  { when: "has a cycle", files: history({ a: after("a", '"b"'), b: after("b", '"a"') }), refused: "cycle" },
  { when: "has files that Alembic ignores", files: history({ a: A, __init__: after("x", '"a"'), ".#b": after("y", '"a"') }), heads: ["a"] },
  {
    when: "is in several folders, with settings that refer to each other",
    files: {
      ...history(
        {},
        "[DEFAULT]\nroot = %(here)s/parts\n[other]\nscript_location = none\n[alembic]\n# script_location = none\nScript_Location = mig\nversion_locations = %(root)s/one %(root)s/two\n",
      ),
      "parts/one/a.py": `${A}\n${END}`,
      "parts/two/b.py": `${after("b", '"a"')}\n${END}`,
    },
    heads: ["b"],
  },
  {
    when: "is in the only section that has a location",
    files: history({ a: A }, "[main]\nscript_location = mig\n"),
    heads: ["a"],
    command: "alembic -n main upgrade head",
  },
];

const sorted = (ids: readonly string[]): readonly string[] => ids.toSorted();

describe("heads of Alembic", () => {
  test.each(HISTORIES)(
    "of a history that $when are what Alembic calls heads",
    async ({ files, heads, refused, command = "alembic upgrade head" }) => {
      await withFiles(files, async (repository) => {
        let project: Project | undefined;
        let failure = "";
        try {
          project = await requireTool("alembic", repository);
          requireOneHead(project);
        } catch (thrown) {
          if (!isOffshootError(thrown)) throw thrown;
          failure = thrown.message;
        }
        expect(failure).toMatch(refused === undefined ? /^$/ : new RegExp(refused));
        if (heads === undefined) return;
        expect(sorted(headsOf(project?.revisions ?? []).map(({ id }) => id))).toEqual(sorted(heads));
        expect(project?.command).toBe(command);
      });
    },
  );

  const installed = REAL_TOOLS.some((tool) => tool.name === "alembic" && isInstalled(tool));
  test.runIf(installed).each(HISTORIES)(
    "of a history that $when are those of `alembic heads`",
    { tags: "proof", timeout: 60_000 },
    async ({ files, heads }) => {
      await inFolder(files, async (folder) => {
        const section = files["alembic.ini"]?.includes("[main]") === true ? ["-n", "main"] : [];
        const argv = ["/usr/bin/alembic", ...section, "heads"];
        const { failure, stdout } = await runProgram(argv, { cwd: folder, env: { PATH: toolPath() }, signal: AbortSignal.timeout(60_000) });
        const found = stdout.split("\n").flatMap((line) => /^(\S+) .*\((?:effective )?head\)/.exec(line)?.[1] ?? []);
        expect({ failed: failure !== undefined, found: sorted(found) }).toEqual({
          failed: heads === undefined,
          found: sorted(heads ?? []),
        });
      });
    },
  );
});

const find = (files: Files): Promise<Project> => withFiles(files, (repository) => requireTool("alembic", repository));

const flaskFiles = (folder: string): Files => ({
  [`${folder}alembic.ini`]: "[alembic]\n",
  [`${folder}env.py`]: "from flask import current_app\n",
  [`${folder}versions/a.py`]: `${A}\n${END}`,
});

test("the folder of Flask-Migrate is run with flask, from the folder above it", async () => {
  expect(await find(flaskFiles("migrations/"))).toMatchObject({ command: "flask db upgrade head", evidence: "migrations/alembic.ini" });
  await withFiles(flaskFiles("db/my alembic/"), async (repository) => {
    expect(await alembic.find(repository, "db/my alembic")).toMatchObject({ command: "flask db upgrade -d 'db/my alembic' head" });
  });
  // Inside of the folder there is no application to run.
  await withFiles(flaskFiles(""), async (repository) => expect(await alembic.find(repository)).toBeUndefined());
});

describe("what Alembic would not run, or offshoot cannot read", () => {
  test("two files with one revision are refused, because Alembic uses only one of them", async () => {
    await expect(find(history({ a: A, b: `${A}\n` }))).rejects.toMatchObject({
      code: "MIGRATION_HEADS",
      message: "Several files have the Alembic revision a: mig/versions/a.py, mig/versions/b.py.",
    });
  });

  test("several sections with migrations are an error that shows the command, unless one is named alembic", async () => {
    const two = "[shop]\nscript_location = mig\n[users]\nscript_location = mig2\n";
    await expect(find(history({ a: A }, two))).rejects.toMatchObject({
      code: "TOOL_AMBIGUOUS",
      message: expect.stringContaining("shop, users") as string,
    });
    expect(await find(history({ a: A }, `${two}${INI}`))).toMatchObject({ command: "alembic upgrade head" });
  });

  test("a history that its files compute has no heads, no steps, and is not checked", async () => {
    const project = await find(history({ a: A, b: 'revision = "b"\ndown_revision = parent()' }));
    expect(project).toMatchObject({ revisions: [], unchecked: "mig/versions/b.py computes its revisions" });
    expect(project.stepCommands).toBeUndefined();
  });

  test.each<[env: string, ini: string, name: string, unchecked?: string]>([
    ['context.configure(version_table="versions", version_table_schema="meta")', "", "meta.versions"],
    ['SCHEMA = "Meta"\ncontext.configure(connection=c, version_table_schema=SCHEMA)', "", '"Meta".alembic_version'],
    ['opts = {"version_table": "v"}\ncontext.configure(**opts)', "", "v"],
    ['context.configure(version_table=config.get_main_option("version_table"))', "version_table = seen\n", "seen"],
    ['context.configure(version_table=config.get_main_option("version_table", "usual"))', "", "usual"],
    ["context.configure(connection=c)", "", "alembic_version"],
    ["context.configure(version_table=None)", "", "alembic_version"],
    ['context.configure(version_table=os.environ["T"])', "", "alembic_version", "mig/env.py computes version_table"],
    ["context.configure(version_table_schema=metadata.schema)", "", "alembic_version", "mig/env.py computes version_table_schema"],
  ])("with %j in env.py, the version table is %j %j", async (env, ini, name, unchecked) => {
    const project = await find({ ...history({ a: A }, INI + ini), "mig/env.py": env });
    expect(project.versionTable.name).toBe(name);
    expect(project.unchecked).toBe(unchecked);
  });
});
