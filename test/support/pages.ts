import { readdir, readFile } from "node:fs/promises";

const FOLDER = new URL("../../docs/rules/", import.meta.url);

/** The page of one kind of finding. */
export interface RulePage {
  /** The path from the root of the package, with the heading: `docs/rules/spec.md#missing`. */
  readonly address: string;
  readonly code: string;
  readonly title: string;
  /** The first severity on the page, which is the default one. */
  readonly severity: string;
  /** Code blocks by their language and label: `sql bad`, `sql fix`, `yaml spec`, `yaml fix`, `yaml ignore`. */
  readonly blocks: Readonly<Record<string, string>>;
}

/** All pages except the index. */
export async function readPages(): Promise<readonly RulePage[]> {
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

function pageFrom(address: string, heading: RegExp, text: string): RulePage {
  const [, code = "", title = ""] = heading.exec(text) ?? [];
  const blocks = [...text.matchAll(/^```(\w+ \w+)\n([^]*?)^```$/gm)].map(([, name = "", block = ""]) => [name, block] as const);
  const severity = /Severity: (\w+)/.exec(text)?.[1] ?? "";
  return { address, code, title: title.charAt(0).toLowerCase() + title.slice(1), severity, blocks: Object.fromEntries(blocks) };
}

/** The index, generated from the pages. */
export function renderIndex(pages: readonly RulePage[]): string {
  const table = (wanted: readonly RulePage[]): string =>
    ["| code | severity | meaning |", "|---|---|---|"]
      .concat(
        wanted.map(
          ({ address, code, title, severity }) => `| [\`${code}\`](${address.replace("docs/rules/", "")}) | ${severity} | ${title} |`,
        ),
      )
      .join("\n");
  const isOfSpec = ({ address }: RulePage): boolean => address.includes("#");
  return `# Findings of the audit

Each finding has a code, and each code has a page: what it means, why it matters, an example, the fix, and how to ignore it with a reason. A test runs every example and every fix. \`npm run docs\` generates this index. The findings of \`offshoot check\` are explained in [docs/check.md](../check.md), those of \`offshoot drift\` in [docs/drift.md](../drift.md).

## Built-in rules

They need no spec.

${table(pages.filter((page) => !isOfSpec(page)))}

## Comparison with a spec

${table(pages.filter(isOfSpec))}
`;
}

/** The file of the index. */
export const INDEX = new URL("README.md", FOLDER);
