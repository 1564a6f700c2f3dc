import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { blocksOf, documents } from "../../support/documents.ts";

const POISON = "postgresql://production.invalid/shop";
/** Programs that a page starts with the URL of a database. Here they only record the one that they would open. */
const CLIENTS = ["psql", "npm", "node", "pytest", "rspec", "alembic", "python", "python3", "prisma"];
const RECORDER = `#!/bin/bash\nprintf '<%s> ' "\${0##*/}" "$@" >> "$RECORD"\nprintf 'in %s\\n' "$DATABASE_URL" >> "$RECORD"\n`;

const pages = await documents();

/** What the clients were called with by a script whose `npx` fails for some commands of offshoot, or is not found. */
async function recorded(script: string, npx: string | undefined, flags: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-unfound-"));
  for (const name of CLIENTS) await writeFile(join(folder, name), RECORDER, { mode: 0o755 });
  if (npx !== undefined) await writeFile(join(folder, "npx"), `#!/bin/bash\n${npx}\n`, { mode: 0o755 });
  const record = join(folder, "record");
  spawnSync("/bin/bash", ["--noprofile", "--norc", ...flags, "-c", script], {
    cwd: folder,
    env: { PATH: folder, HOME: folder, RECORD: record, DATABASE_URL: POISON, PARENT: "given" },
    timeout: 20_000,
  });
  const text = await readFile(record, "utf8").catch(() => "");
  await rm(folder, { recursive: true });
  return text;
}

/** The commands of a page that name psql and offshoot: whole blocks, lines of them and code in the text. */
const openings = pages.flatMap((page) => {
  const blocks = blocksOf(page).filter(({ language }) => language === "sh");
  const inline = [...page.text.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
  const commands = [...blocks.flatMap(({ text }) => [text, ...text.split("\n")]), ...inline];
  return commands.filter((text) => text.includes("offshoot") && /\bpsql\b/.test(text)).map((text) => [page.path, text] as const);
});

test("where offshoot is not found, no command of the pages opens the database of the shell", async () => {
  expect(openings.length).toBeGreaterThan(5);
  const opened: string[] = [];
  for (const [path, text] of openings) {
    const record = await recorded(text, undefined, []);
    // With an empty URL, psql opens the database of the machine.
    if (/<psql>.*(?:production\.invalid.*>|<>)/.test(record)) opened.push(`${path}: ${text}`);
  }
  expect(opened).toEqual([]);
}, 120_000);

const pipelines = pages.flatMap((page) =>
  blocksOf(page)
    .filter(({ language, text }) => language === "yaml" && /offshoot env --format ci/.test(text))
    .flatMap(({ text }) => scriptsOf(parse(text)).map((lines) => [page.path, lines.join("\n").replaceAll("$$", "$")] as const)),
);

/** The lists of commands in a pipeline, with the jobs' own lines. */
function scriptsOf(value: unknown): readonly (readonly string[])[] {
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value)
    .flatMap(scriptsOf)
    .filter((lines) => lines.some((line) => line.includes("offshoot env --format ci")));
}

test("a pipeline ends where offshoot cannot print the URLs, and its tests open no other database", async () => {
  expect(pipelines.map(([path]) => path)).toEqual(["docs/ci/bitbucket.md", "docs/ci/buildkite.md", "docs/ci/gitlab.md"]);
  for (const [, script] of pipelines) {
    const works = `case "$2" in env) builtin echo "export DATABASE_URL=own";; esac`;
    expect(await recorded(script, works, ["-e"])).toContain("<npm> <test> in own");
    const fails = `case "$2" in env) exit 13;; esac`;
    expect(await recorded(script, fails, ["-e"])).not.toContain("<test>");
  }
}, 60_000);

test("no page passes the output of `offshoot env` to eval directly", async () => {
  const direct = /eval\s+["']?\$+\([^)]*offshoot env/;
  expect(direct.test('eval "$(npx offshoot env)"')).toBe(true);
  const found = pages.flatMap(({ path, text }) =>
    text
      .split("\n")
      .filter((line) => direct.test(line))
      .map((line) => `${path}: ${line}`),
  );
  expect(found).toEqual([]);
});
