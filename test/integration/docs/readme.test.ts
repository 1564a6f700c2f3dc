import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { loadSettings } from "../../../src/config/load.ts";
import { makeProject } from "../../support/cli.ts";
import { renderReadme } from "../../support/readme.ts";

const ROOT = new URL("../../../", import.meta.url);
const readme = await readFile(new URL("README.md", ROOT), "utf8");
const manifest = JSON.parse(await readFile(new URL("package.json", ROOT), "utf8")) as { scripts: Record<string, string> };

/** The code blocks of one language, in order. */
function blocks(language: string): readonly string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "gm"))].map((match) => match[1] ?? "");
}

test("the help, settings and exit codes in the README match the code; if not, run `npm run docs`", async () => {
  expect(await renderReadme(readme)).toBe(readme);
});

test("every `npm run` command in the README is a script of the package", () => {
  const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? "");
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
});

test("the workflow and the configuration in the README are valid", async () => {
  const [workflow = "", configuration = ""] = blocks("yaml");
  expect(Object.keys(parse(workflow) as object)).toContain("jobs");
  const project = await makeProject();
  try {
    const file = await project.write("offshoot.yaml", configuration);
    const { settings, warnings } = await loadSettings({ cwd: project.directory, env: {}, file });
    expect([settings.migrations.files, warnings]).toEqual([["migrations/*.sql"], []]);
  } finally {
    await project.remove();
  }
});

test("the library example in the README runs without changes", { timeout: 120_000 }, async () => {
  const [example = ""] = blocks("ts");
  const project = await makeProject();
  try {
    await writeFile(join(project.directory, "package.json"), '{ "type": "module" }');
    await mkdir(join(project.directory, "node_modules"));
    const { symlink } = await import("node:fs/promises");
    await symlink(ROOT.pathname, join(project.directory, "node_modules", "offshoot"), "dir");
    await symlink(join(ROOT.pathname, "node_modules/pg"), join(project.directory, "node_modules", "pg"), "dir");
    await mkdir(join(project.directory, "migrations"));
    await project.write("migrations/0001_note.sql", "create table note (text text); insert into note values ('hello');");
    const file = await project.write("example.js", example);
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: project.directory, env: { ...project.env } });
    expect(stdout).toMatch(/^created embedded offshoot\/\S+readme\S*\nmigrations: ran\n\[ \{ text: 'hello' \} \]\n$/);
    expect((await project.call(["list"])).stdout).toContain("no databases");
  } finally {
    await project.remove();
  }
});

test("every file to which the README links exists", async () => {
  const links = [...readme.matchAll(/\]\(((?!https?:)[^)#]+)/g)].map((match) => match[1] ?? "");
  for (const link of links)
    await expect(readFile(new URL(link, ROOT)).catch((thrown: NodeJS.ErrnoException) => thrown.code)).resolves.not.toBe("ENOENT");
});
