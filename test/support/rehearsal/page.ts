/** The table in docs/rehearsal-patterns.md. `npx tsx test/support/rehearsal/page.ts` writes it again. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findPeer } from "../peers.ts";
import { type Pattern, PATTERNS } from "./patterns.ts";
import { squawkRules } from "./squawk.ts";
import { documentedVerdict } from "./verdict.ts";

export const PAGE = new URL("../../../docs/rehearsal-patterns.md", import.meta.url);

const HEAD = ["change", "lock on the table", "readers wait", "writers wait", "rows written again", "squawk 2.61.0"];

/** The page with its table, from what squawk reports for each pattern. */
export function withTable(page: string, rules: ReadonlyMap<string, readonly string[]>): string {
  const rows = [HEAD, HEAD.map(() => "---"), ...PATTERNS.map((pattern) => cellsOf(pattern, rules.get(pattern.name) ?? []))];
  const table = rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return page.replace(/(<!-- patterns -->\n)[^]*(<!-- patterns:end -->)/, (_, start: string, end: string) => `${start}${table}\n${end}`);
}

function cellsOf(pattern: Pattern, rules: readonly string[]): readonly string[] {
  const { lock, readersWait, writersWait, rewritten } = documentedVerdict(pattern);
  return [
    `${pattern.name}${pattern.since === undefined ? "" : ` (PostgreSQL ${pattern.since})`}`,
    lock,
    yes(readersWait),
    yes(writersWait),
    yes(rewritten),
    rules.length === 0 ? "nothing" : rules.map((rule) => `\`${rule}\``).join(", "),
  ];
}

function yes(isTrue: boolean): string {
  return isTrue ? "yes" : "no";
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const program = findPeer("squawk");
  if (program !== undefined) writeFileSync(PAGE, withTable(readFileSync(PAGE, "utf8"), await squawkRules(program, PATTERNS)));
}
