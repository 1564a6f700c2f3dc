import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseAst } from "vitest/node";
import { posixWord, shellCommand, shellOf, shellWord } from "../../src/shell-command.ts";

/** What people can put into a name, and what shells react to. */
const HOSTILE = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc
    .array(
      fc.constantFrom(
        "'",
        '"',
        "`",
        "$",
        "\\",
        "\n",
        " ",
        ";",
        "&",
        "|",
        "(",
        ")",
        "!",
        "#",
        "~",
        "*",
        "{a,b}",
        "$(touch x)",
        "\u001B[31m",
        "\u202E",
        "\t",
        "é",
        "-",
        "=",
        "x1",
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join("")),
);

/** The words that a shell reads, separated by NUL. */
function wordsIn(shell: string, command: string): readonly string[] {
  const output = execFileSync(shell, ["-c", `printf '%s\\0' ${command}`], { encoding: "utf8" });
  return output.split("\0").slice(0, -1);
}

test("bash reads exactly the words that were given", () => {
  fc.assert(
    fc.property(fc.array(HOSTILE, { minLength: 1, maxLength: 30 }), (words) => {
      const given = words.map((word) => word.replaceAll("\0", ""));
      expect(wordsIn("bash", shellCommand(given, "posix"))).toEqual(given);
    }),
    { numRuns: 60 },
  );
}, 30_000);

test("sh reads exactly the words that were given", () => {
  fc.assert(
    fc.property(fc.array(HOSTILE, { minLength: 1, maxLength: 30 }), (words) => {
      const given = words.map((word) => word.replaceAll("\0", ""));
      expect(wordsIn("sh", given.map(posixWord).join(" "))).toEqual(given);
    }),
    { numRuns: 60 },
  );
}, 30_000);

test("a command has no character that a terminal reacts to or hides", () => {
  fc.assert(
    fc.property(HOSTILE, (word) => {
      for (const shell of ["posix", "powershell"] as const) expect(shellWord(word, shell)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test("a word is quoted only if necessary", () => {
  const words = ["db/001_a.sql", "user@main", "pr-7", "my files", "it's", "$(x)", "", "@x", "a\u001Bb'"];
  expect(words.map((word) => shellWord(word, "posix"))).toEqual([
    "db/001_a.sql",
    "user@main",
    "pr-7",
    "'my files'",
    `'it'\\''s'`,
    "'$(x)'",
    "''",
    "'@x'",
    String.raw`$'a\x1bb\''`,
  ]);
});

test("PowerShell gets its own quotes", () => {
  expect(["plain", "it's", "‘x’", "$(x)", "", "a\u001Bb"].map((word) => shellWord(word, "powershell"))).toEqual([
    "plain",
    "'it''s'",
    "'‘‘x’’'",
    "'$(x)'",
    "''",
    "('a'+[char]0x1b+'b')",
  ]);
  expect([shellOf("win32"), shellOf("linux"), shellOf("darwin")]).toEqual(["powershell", "posix", "posix"]);
});

test("a branch name of git that is a program stays a name", () => {
  const branch = "fix;touch${IFS}x;$(id)`id`";
  expect(spawnSync("git", ["check-ref-format", "--branch", branch]).status).toBe(0);
  expect(wordsIn("bash", shellWord(branch, "posix"))).toEqual([branch]);
});

const SRC = join(import.meta.dirname, "../../src");

/** The text before an interpolation ends in the beginning of a command. */
const COMMAND =
  /(?:^|[\s`"'($:])(?:offshoot (?:run|up|migrate|wait|audit|drift|rollback-check|env|extend|down|sweep|list|status|init|check|doctor)|npx|npm|docker|podman|git (?:add|push|fetch|checkout|commit)|gh|psql|chmod|chown|useradd|sudo|kill|rm|eval|drop database|alter role)\s(?:[^\n`.]|\.(?=\S))*$/;

/** Functions that quote, and interpolations outside of a command that people copy. */
const QUOTING = /^(?:shellCommand|ownCommand|shellWord|posixWord|deleteCommand|identifier)\(/;
const OTHERS: readonly string[] = [
  // A command of ours, from words that are quoted where they come from.
  "init/pipeline-commands.ts: facts.version",
  'init/plan.ts: tests ?? "YOUR TESTS"',
  "init/pipeline-commands.ts: tests.command",
  // A version from a table of ours.
  "providers/local/cluster/binaries.ts: version",
  // A command that is quoted where it is built.
  "runners/suite.ts: url",
  // A message about variables that has no command.
  "commands/env.ts: database.name",
  // A script that is read and not shown.
  "check/workflow/repository.ts: name",
  "check/workflow/called-scripts.ts: name",
  // SQL that offshoot runs itself.
  "commands/rehearse/dump.ts: CONNECTIONS",
  "providers/local/drop.ts: name",
  "providers/local/restricted-role.ts: literal(BARRED)",
];

/** Each interpolation in a command, as `file: expression`. */
function interpolations(): readonly string[] {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  return files.flatMap((file) => {
    const text = readFileSync(join(SRC, file), "utf8");
    const found: string[] = [];
    walk(parseAst(text, { lang: "ts" }), (node) => {
      if (node["type"] !== "TemplateLiteral") return;
      const quasis = node["quasis"] as readonly { readonly value: { readonly cooked: string } }[];
      let before = quasis[0]?.value.cooked ?? "";
      for (const [at, expression] of (node["expressions"] as readonly { readonly start: number; readonly end: number }[]).entries()) {
        if (COMMAND.test(before)) found.push(`${file}: ${text.slice(expression.start, expression.end)}`);
        before += `…${quasis[at + 1]?.value.cooked ?? ""}`;
      }
    });
    return found;
  });
}

function walk(node: unknown, visit: (node: Record<string, unknown>) => void): void {
  if (typeof node !== "object" || node === null) return;
  if (!Array.isArray(node)) visit(node as Record<string, unknown>);
  for (const child of Object.values(node)) walk(child, visit);
}

test("every command in a message that contains a value quotes it", () => {
  const found = interpolations();
  // Commands inside of a quoting call count as well, such as the words of `offshoot env` inside of `eval`.
  expect(found.filter((each) => QUOTING.test(each.slice(each.indexOf(": ") + 2))).length).toBeGreaterThan(2);
  expect(found.filter((each) => !QUOTING.test(each.slice(each.indexOf(": ") + 2)) && !OTHERS.includes(each))).toEqual([]);
});
