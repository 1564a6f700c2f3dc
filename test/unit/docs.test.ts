import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command, CommanderError } from "commander";
import { parseAllDocuments, parse } from "yaml";
import { expect, test } from "vitest";
import { readDocument } from "../../src/check/workflow/document.ts";
import { mistakesIn } from "../../src/check/workflow/all-rules.ts";
import { workflowOf } from "../../src/check/workflow/workflow.ts";
import { menu } from "../../src/cli/menu.ts";
import { FIELDS } from "../../src/config/fields.ts";
import { parseConfiguration } from "../../src/config/file.ts";
import { blocksOf, callsIn, documents } from "../support/documents.ts";
import { ciPages, renderTemplates } from "../support/templates.ts";

const ROOT = new URL("../../", import.meta.url);
const pages = await documents();
const names = pages.map(({ path }) => path);
const pageAt = new Map(pages.map((page) => [page.path, page]));

const page = (path: string) => pageAt.get(path) ?? { path, text: "" };

const ACCEPTED = new Error("The command line accepted the call.");

/** The error of the command line for a call. Undefined if the call would run a command, or print the help of a group of commands. */
async function errorOf(words: readonly string[]): Promise<string | undefined> {
  const program = menu(() => Promise.reject(ACCEPTED));
  throwInsteadOfExit(program);
  try {
    await program.parseAsync(words, { from: "user" });
    return "The call runs no command.";
  } catch (thrown) {
    return thrown === ACCEPTED || (thrown as CommanderError).code === "commander.help" ? undefined : (thrown as Error).message;
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => {} });
  for (const below of command.commands) throwInsteadOfExit(below);
}

test.each(names)("the command line accepts every call of offshoot in %s", async (path) => {
  const results = await Promise.all(callsIn(page(path)).map(async (words) => [words.join(" "), await errorOf(words)]));
  expect(results.filter(([, error]) => error !== undefined)).toEqual([]);
});

test("the check of calls finds unknown options and commands", async () => {
  const text = "```sh\nnpx offshoot up --outpits\nx=$(offshoot env --format ci)\n```\nSee `offshoot teardown` and `env --formt ci`.";
  const errors = await Promise.all(callsIn({ path: "x.md", text }).map(errorOf));
  expect(errors).toEqual([
    expect.stringContaining("unknown option '--outpits'"),
    undefined,
    expect.stringContaining("unknown command 'teardown'"),
    expect.stringContaining("unknown option '--formt'"),
  ]);
});

test.each(names)("every YAML block in %s has valid syntax", (path) => {
  const faults = blocksOf(page(path))
    .filter(({ language }) => language === "yaml")
    .flatMap(({ text }) => parseAllDocuments(text).flatMap((document) => document.errors.map(({ message }) => `${message}\n${text}`)));
  expect(faults).toEqual([]);
});

test.each(names)("every configuration in %s is valid", async (path) => {
  const keys = new Set(FIELDS.map(({ path: key }) => key.split(".")[0] ?? ""));
  for (const { language, kind, text } of blocksOf(page(path))) {
    const content: unknown = language === "yaml" && kind === "" ? parse(text) : undefined;
    if (typeof content !== "object" || content === null || Array.isArray(content)) continue;
    // A block is a configuration if it has the file name as a comment, or if all of its keys are settings.
    if (!text.startsWith("# offshoot.yaml") && !Object.keys(content).every((key) => keys.has(key))) continue;
    expect((await parseConfiguration(text, path)).problems).toEqual([]);
  }
});

test.each(names)("no workflow in %s has a known mistake, except in the examples of mistakes", (path) => {
  const workflows = blocksOf(page(path))
    .filter(({ language, kind, text }) => language === "yaml" && kind !== "bad" && /^jobs:/m.test(text))
    .map(({ text }) => workflowOf(path, readDocument(text)))
    .filter((workflow) => workflow !== undefined);
  expect(workflows.flatMap((workflow) => mistakesIn([workflow]))).toEqual([]);
});

test.each(names)("every link in %s has an existing target", (path) => {
  const links = [...page(path).text.matchAll(/\]\(((?!https?:)[^)\s]+)\)/g)].map((match) => match[1] ?? "");
  const broken = links.filter((link) => !targetExists(new URL(link, new URL(path, ROOT))));
  expect(broken).toEqual([]);
});

test("every link to the repository has a target in it", () => {
  const links = pages.flatMap(({ text }) => [...text.matchAll(/\]\(https:\/\/github\.com\/[^/]+\/offshoot\/([^)\s]+)\)/g)]);
  expect(links.length).toBeGreaterThan(5);
  const broken = links.filter(([, link = ""]) => {
    const [, kind, path = ""] = /^(blob|tree)\/main\/([^#]+)$/.exec(link) ?? [];
    return kind === undefined || !existsSync(new URL(path, ROOT)) || statSync(new URL(path, ROOT)).isDirectory() !== (kind === "tree");
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

/** Whether the file of a link exists, and contains the heading if the link names one. */
function targetExists(target: URL): boolean {
  const anchor = decodeURIComponent(target.hash.slice(1));
  const file = fileURLToPath(new URL(target.pathname, ROOT));
  if (!existsSync(file)) return false;
  if (anchor === "") return true;
  const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1] ?? ""));
  return headings.includes(anchor);
}

/** The anchor of a heading, like on GitHub: lower case, without punctuation, with dashes instead of spaces. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

test("the pages of the CI services contain the pipelines that init writes; if not, run `npm run docs`", async () => {
  for (const { text } of await ciPages()) expect(renderTemplates(text)).toBe(text);
});

test("the README links to every page, directly or through other pages", () => {
  const reached = new Set<string>();
  const follow = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    const text = page(path).text.replaceAll(/\]\(https:\/\/github\.com\/[^/]+\/offshoot\/blob\/main\//g, `](${ROOT.href}`);
    for (const [, link = ""] of text.matchAll(/\]\(((?!https?:)[^)\s#]+)[^)]*\)/g)) {
      const next = new URL(link, new URL(path, ROOT)).href.slice(ROOT.href.length);
      if (pageAt.has(next)) follow(next);
    }
  };
  follow("README.md");
  expect(names.filter((path) => !reached.has(path))).toEqual([]);
});
