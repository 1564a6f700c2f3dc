import { readdir, readFile } from "node:fs/promises";

const FOLDER = new URL("../../docs/rules/", import.meta.url);

/** One kind of finding, as its page tells it. */
export interface CheckPage {
  /** As `pageOf` names it. */
  readonly address: string;
  readonly code: string;
  readonly title: string;
  /** The first severity that is named, which is the usual one. */
  readonly severity: string;
  /** Code blocks by what stands behind the language: `sql bad`, `sql fix`, `yaml spec`, `yaml fix`, `yaml silence`. */
  readonly blocks: Readonly<Record<string, string>>;
}

/** All pages but the index. */
export async function readPages(): Promise<readonly CheckPage[]> {
  const files = (await readdir(FOLDER)).filter((name) => name !== "README.md").toSorted();
  const pages = await Promise.all(files.map(async (name) => ({ name, text: await readFile(new URL(name, FOLDER), "utf8") })));
  return pages.flatMap(({ name, text }) => {
    if (name !== "spec.md") return [pageFrom(`docs/rules/${name}`, /^# `(.+?)`: (.+)$/m, text)];
    const sections = text.split(/^(?=## )/m).slice(1);
    return sections.map((section) =>
      pageFrom(`docs/rules/spec.md#${/^## (.+)$/m.exec(section)?.[1]}`, /^## (.+)\n\n(.+?)\. Severity/m, section),
    );
  });
}

function pageFrom(address: string, heading: RegExp, text: string): CheckPage {
  const [, code = "", title = ""] = heading.exec(text) ?? [];
  const blocks = [...text.matchAll(/^```(\w+ \w+)\n([^]*?)^```$/gm)].map(([, name = "", block = ""]) => [name, block] as const);
  const severity = /Severity: (\w+)/.exec(text)?.[1] ?? "";
  return { address, code, title: title.charAt(0).toLowerCase() + title.slice(1), severity, blocks: Object.fromEntries(blocks) };
}

/** The index, made from the pages. */
export function renderIndex(pages: readonly CheckPage[]): string {
  const table = (wanted: readonly CheckPage[]): string =>
    ["| finding | severity | what it is |", "|---|---|---|"]
      .concat(
        wanted.map(
          ({ address, code, title, severity }) => `| [\`${code}\`](${address.replace("docs/rules/", "")}) | ${severity} | ${title} |`,
        ),
      )
      .join("\n");
  const isOfSpec = ({ address }: CheckPage): boolean => address.includes("#");
  return `# What the audit finds

Each finding has a code, and each code a page: what it means, why it hurts, an example, the fix, and how to silence it with a reason. A test runs every example and every fix. \`npm run docs\` makes this index.

## Without a spec

${table(pages.filter((page) => !isOfSpec(page)))}

## What a spec asks for

${table(pages.filter(isOfSpec))}
`;
}

/** Where the index stands. */
export const INDEX = new URL("README.md", FOLDER);
