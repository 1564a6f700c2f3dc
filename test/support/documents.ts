import { readdir, readFile } from "node:fs/promises";
import { menu } from "../../src/cli/menu.ts";

const COMMANDS = new Set(menu(() => Promise.reject(new Error("This menu runs no command."))).commands.map((command) => command.name()));

const ROOT = new URL("../../", import.meta.url);

/** A page of the documentation. */
export interface Page {
  /** Relative to the root of the project. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  /** The word after the language, such as `spec` for `yaml spec`. */
  readonly kind: string;
  readonly text: string;
  /** The comment in the line above: `run:gitlab` for `<!-- run:gitlab -->`. */
  readonly mark: string | undefined;
}

/** The README of the project and of the example, and all pages in `docs/`. */
export async function documents(): Promise<readonly Page[]> {
  const below = await readdir(new URL("docs/", ROOT), { recursive: true });
  const paths = ["README.md", "examples/outbox/README.md", ...below.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
  return Promise.all(paths.toSorted().map(async (path) => ({ path, text: await readFile(new URL(path, ROOT), "utf8") })));
}

export function blocksOf({ text }: Page): readonly Block[] {
  const blocks = text.matchAll(/(?:^<!-- (\S+) -->\n)?^```(\S*) ?([^\n]*)\n([^]*?)^```$/gm);
  return [...blocks].map(([, mark, language = "", kind = "", block = ""]) => ({ language, kind, text: block, mark }));
}

/**
 * All calls of offshoot on a page, as the words after `offshoot`. They are in code blocks and in inline code. Inline code can
 * omit the word `offshoot` if a flag follows the command: `env --format ci`.
 */
export function callsIn(page: Page): readonly (readonly string[])[] {
  const shown = blocksOf(page).filter(({ language }) => ["sh", "yaml", "groovy", "diff"].includes(language));
  const inline = [...page.text.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
  const nameless = inline
    .filter((code) => /^[a-z-]+ --/.test(code) && COMMANDS.has(code.split(" ")[0] ?? ""))
    .map((code) => code.split(" "));
  return [...[...shown.flatMap(({ text }) => text.split("\n")), ...inline].flatMap(callsOf), ...nameless];
}

/** The calls in one line. A call ends at the end of the shell command or at a quotation mark. */
function callsOf(line: string): readonly (readonly string[])[] {
  // Comments and the installation of the package are not calls.
  const code = line.replace(/(^|\s)#.*$/, "$1").replace(/\b(?:npm install|pnpm add|yarn add)\b[^&|;]*/, "");
  const calls = code.matchAll(/(?:^|[\s`"'(/])offshoot(?:@[\w.]+)? ([a-z][^"'`)|;&<>\n]*)/g);
  return [...calls].map((match) => (match[1] ?? "").trim().split(/\s+/));
}
