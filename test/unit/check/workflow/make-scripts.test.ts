import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { follow } from "../../../../src/check/workflow/follow.ts";

type Files = Readonly<Record<string, string>>;

/** Calls of make in a repository, and whether they migrate. */
const CALLS: readonly (readonly [what: string, command: string, files: Files, migrates: boolean])[] = [
  ["a target", "make db", { Makefile: "db:\n\t@alembic upgrade head\n" }, true],
  ["another target", "make lint", { Makefile: "db:\n\talembic upgrade head\nlint:\n\truff check\n" }, false],
  ["a folder", "make -C sub db", { "sub/Makefile": "db:\n\talembic upgrade head\n" }, true],
  ["a folder in one word", "make --directory=sub db", { "sub/Makefile": "db:\n\talembic upgrade head\n" }, true],
  ["a file", "make -f db.mk db", { "db.mk": "db:\n\talembic upgrade head\n" }, true],
  ["make in a recipe", "make db", { Makefile: "db:\n\tcd . && $(MAKE) up\nup:\n\talembic upgrade head\n" }, true],
  ["make in braces", "make db", { Makefile: "db:\n\t${MAKE} up\nup:\n\talembic upgrade head\n" }, true],
  ["a variable", "make db", { Makefile: "ALEMBIC ?= uv run alembic\ndb:\n\t$(ALEMBIC) upgrade head\n" }, true],
  ["a variable of variables", "make db", { Makefile: "TOOL = alembic\nUP := $(TOOL) upgrade\ndb:\n\t$(UP) head\n" }, true],
  ["a variable of the call", "make db TOOL=alembic", { Makefile: "TOOL = echo\ndb:\n\t$(TOOL) upgrade head\n" }, true],
  ["an included file", "make db", { Makefile: "include db.mk\n", "db.mk": "db:\n\talembic upgrade head\n" }, true],
  ["a recipe on the line of the target", "make db", { Makefile: "db: ; alembic upgrade head\n" }, true],
  ["the first target", "make", { Makefile: ".PHONY: all up\nall: up\nup:\n\talembic upgrade head\n" }, true],
  ["the first target, which is another one", "make", { Makefile: "all:\n\ttrue\nup:\n\talembic upgrade head\n" }, false],
  ["two targets and jobs", "make -j2 lint up", { Makefile: "lint:\n\ttrue\nup:\n\talembic upgrade head\n" }, true],
  [
    "a variable of one target",
    "make up FOO=1",
    { Makefile: "up: export X=1\nup: wait\nup:\n\talembic upgrade head\nwait:\n\ttrue\n" },
    true,
  ],
  ["what a target needs", "make test", { Makefile: "test: up\n\ttrue\nup:\n\talembic upgrade head\n" }, true],
  ["a line that continues", "make up", { Makefile: "up:\n\talembic \\\n\t  upgrade head\n" }, true],
  ["a comment after a target", "make up", { Makefile: "up: ## migrate the database: all\n\talembic upgrade head\n" }, true],
  ["a comment in place of a command", "make up", { Makefile: "up:\n\ttrue\n# alembic upgrade head\n" }, false],
];

describe.each(CALLS)("make with %s: %s", (_, command, files, migrates) => {
  test("leads to the commands", () => {
    const texts = follow(command, { read: (path) => files[path] }).map(({ text }) => text);
    expect(texts.some((text) => /\balembic upgrade head/.test(text))).toBe(migrates);
  });

  test.skipIf(spawnSync("make", ["--version"]).error !== undefined)("does what GNU make would do", () => {
    const folder = mkdtempSync(join(tmpdir(), "offshoot-make-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const [, ...words] = command.split(" ");
    const printed = execFileSync("make", ["--dry-run", ...words], { cwd: folder, encoding: "utf8" });
    expect(/\balembic\s+(?:\\\n\s+)?upgrade head/.test(printed.replaceAll(/^#.*$/gm, ""))).toBe(migrates);
  });
});

test("a call that only prints runs nothing", () => {
  const files: Files = { Makefile: "db:\n\talembic upgrade head\n" };
  expect(follow("make -n db", { read: (path) => files[path] })).toHaveLength(1);
});

test("files that include each other, and variables that contain themselves, have an end", () => {
  const files: Files = { Makefile: "include b.mk\nA = $(B)$(B)\ndb:\n\t$(A)\n", "b.mk": "include Makefile\nB = $(A)$(A)\n" };
  expect(follow("make db", { read: (path) => files[path] }).length).toBeGreaterThan(0);
});

test("the words after a recipe of just are its arguments", () => {
  const files: Files = { justfile: "deploy target:\n    alembic upgrade head\nlint:\n    true\n" };
  const texts = follow("just deploy lint", { read: (path) => files[path] }).map(({ text }) => text);
  expect(texts).toEqual(["just deploy lint", "alembic upgrade head"]);
});
