import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command, CommanderError } from "commander";
import { parseAllDocuments, parse } from "yaml";
import { expect, test } from "vitest";
import { readDocument } from "../../src/check/workflow/document.ts";
import { mistakesIn } from "../../src/check/workflow/rules.ts";
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

const UNDERSTOOD = new Error("understood");

/** What the real command line says of a call; undefined where it would have run, or told which commands a group has. */
async function complaintAbout(words: readonly string[]): Promise<string | undefined> {
  const program = menu(() => Promise.reject(UNDERSTOOD));
  quieten(program);
  try {
    await program.parseAsync(words, { from: "user" });
    return "it asks for nothing";
  } catch (thrown) {
    return thrown === UNDERSTOOD || (thrown as CommanderError).code === "commander.help" ? undefined : (thrown as Error).message;
  }
}

function quieten(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => {} });
  for (const below of command.commands) quieten(below);
}

test.each(names)("every call of offshoot in %s is one that the command line understands", async (path) => {
  const complaints = await Promise.all(callsIn(page(path)).map(async (words) => [words.join(" "), await complaintAbout(words)]));
  expect(complaints.filter(([, complaint]) => complaint !== undefined)).toEqual([]);
});

test("a call with a mistake is found", async () => {
  const text = "```sh\nnpx offshoot up --outpits\nx=$(offshoot env --format ci)\n```\nSee `offshoot teardown` and `env --formt ci`.";
  const complaints = await Promise.all(callsIn({ path: "x.md", text }).map(complaintAbout));
  expect(complaints).toEqual([
    expect.stringContaining("unknown option '--outpits'"),
    undefined,
    expect.stringContaining("unknown command 'teardown'"),
    expect.stringContaining("unknown option '--formt'"),
  ]);
});

test.each(names)("every YAML block in %s is YAML", (path) => {
  const faults = blocksOf(page(path))
    .filter(({ language }) => language === "yaml")
    .flatMap(({ text }) => parseAllDocuments(text).flatMap((document) => document.errors.map(({ message }) => `${message}\n${text}`)));
  expect(faults).toEqual([]);
});

test.each(names)("every configuration in %s is one that the loader takes", async (path) => {
  const keys = new Set(FIELDS.map(({ path: key }) => key.split(".")[0] ?? ""));
  for (const { language, kind, text } of blocksOf(page(path))) {
    const content: unknown = language === "yaml" && kind === "" ? parse(text) : undefined;
    if (typeof content !== "object" || content === null || Array.isArray(content)) continue;
    // A block that says that it is one, or that holds nothing else than settings.
    if (!text.startsWith("# offshoot.yaml") && !Object.keys(content).every((key) => keys.has(key))) continue;
    expect((await parseConfiguration(text, path)).problems).toEqual([]);
  }
});

test.each(names)("no workflow in %s has a known mistake, unless to show it", (path) => {
  const workflows = blocksOf(page(path))
    .filter(({ language, kind, text }) => language === "yaml" && kind !== "bad" && /^jobs:/m.test(text))
    .map(({ text }) => workflowOf(path, readDocument(text)))
    .filter((workflow) => workflow !== undefined);
  expect(workflows.flatMap((workflow) => mistakesIn([workflow]))).toEqual([]);
});

test.each(names)("every link in %s leads somewhere", (path) => {
  const links = [...page(path).text.matchAll(/\]\(((?!https?:)[^)\s]+)\)/g)].map((match) => match[1] ?? "");
  const broken = links.filter((link) => !leadsSomewhere(new URL(link, new URL(path, ROOT))));
  expect(broken).toEqual([]);
});

/** Whether the file is there, and the heading in it where one is named. */
function leadsSomewhere(target: URL): boolean {
  const anchor = decodeURIComponent(target.hash.slice(1));
  const file = fileURLToPath(new URL(target.pathname, ROOT));
  if (!existsSync(file)) return false;
  if (anchor === "") return true;
  const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1] ?? ""));
  return headings.includes(anchor);
}

/** A heading's anchor as GitHub makes it: small letters, no punctuation, dashes for blanks. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

test("the pipelines on the services' pages are those that init writes: else run `npm run docs`", async () => {
  for (const { text } of await ciPages()) expect(renderTemplates(text)).toBe(text);
});

test("every page is reached from the README, directly or over others", () => {
  const reached = new Set<string>();
  const follow = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const [, link = ""] of page(path).text.matchAll(/\]\(((?!https?:)[^)\s#]+)[^)]*\)/g)) {
      const next = new URL(link, new URL(path, ROOT)).href.slice(ROOT.href.length);
      if (pageAt.has(next)) follow(next);
    }
  };
  follow("README.md");
  expect(names.filter((path) => !reached.has(path))).toEqual([]);
});
