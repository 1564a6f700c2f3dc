import { readdir, readFile } from "node:fs/promises";
import { menu } from "../../src/cli/menu.ts";

const COMMANDS = new Set(menu(() => Promise.reject(new Error("only its names are wanted"))).commands.map((command) => command.name()));

const ROOT = new URL("../../", import.meta.url);

/** A page for people. */
export interface Page {
  /** From the project's top. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  /** What stands behind the language, such as `spec` for `yaml spec`. */
  readonly kind: string;
  readonly text: string;
  /** The comment right above it: `run:gitlab` for `<!-- run:gitlab -->`. */
  readonly mark: string | undefined;
}

/** The README, the examples' own, and every page under `docs/`. */
export async function documents(): Promise<readonly Page[]> {
  const below = await readdir(new URL("docs/", ROOT), { recursive: true });
  const paths = ["README.md", "examples/outbox/README.md", ...below.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
  return Promise.all(paths.toSorted().map(async (path) => ({ path, text: await readFile(new URL(path, ROOT), "utf8") })));
}

export function blocksOf({ text }: Page): readonly Block[] {
  const blocks = text.matchAll(/(?:^<!-- (\S+) -->\n)?^```(\S*) ?([^\n]*)\n([^]*?)^```$/gm);
  return [...blocks].map(([, mark, language = "", kind = "", block = ""]) => ({ language, kind, text: block, mark }));
}

/** Every call of offshoot that a page shows, as the words after its name: in blocks and in code within a line, where the name may be left out before flags. */
export function callsIn(page: Page): readonly (readonly string[])[] {
  const shown = blocksOf(page).filter(({ language }) => ["sh", "yaml", "groovy", "diff"].includes(language));
  const inline = [...page.text.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
  const nameless = inline
    .filter((code) => /^[a-z-]+ --/.test(code) && COMMANDS.has(code.split(" ")[0] ?? ""))
    .map((code) => code.split(" "));
  return [...[...shown.flatMap(({ text }) => text.split("\n")), ...inline].flatMap(callsOf), ...nameless];
}

/** The calls in one line: `offshoot` where a command stands, up to the end of that command or to what is quoted. */
function callsOf(line: string): readonly (readonly string[])[] {
  // A comment calls nothing, and a package that is installed isn't called.
  const code = line.replace(/(^|\s)#.*$/, "$1").replace(/\b(?:npm install|pnpm add|yarn add)\b[^&|;]*/, "");
  const calls = code.matchAll(/(?:^|[\s`"'(/])offshoot(?:@[\w.]+)? ([a-z][^"'`)|;&<>\n]*)/g);
  return [...calls].map((match) => (match[1] ?? "").trim().split(/\s+/));
}
