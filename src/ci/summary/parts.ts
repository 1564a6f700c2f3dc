import * as z from "zod";
import { type PartResult, type Topic, TOPICS } from "../../events.ts";
import { escapeMarkdown } from "../../markdown.ts";

/** The line of a part, as it is written into the facts of a section. */
export const PART_LINE = z.object({
  topic: z.enum(TOPICS),
  weight: z.enum(["none", "some", "problem"]),
  text: z.string().max(400),
});

/** What a part says in the comment: its line, and its details. */
export type Part = PartResult;

/** The command and job that a part is from. */
export interface PartOf {
  readonly title: string;
  readonly parts?: readonly Part[] | undefined;
  /** Whether the command failed. Its problems are the reasons. */
  readonly failed?: boolean;
}

const TITLES: Readonly<Record<Topic, string>> = {
  schema: "Schema",
  rehearsal: "Rehearsal",
  rollback: "Rollback",
  drift: "Drift",
  audit: "Audit",
  migrations: "Migrations",
};
const SIGNS = { none: "✅", some: "ℹ️", problem: "⚠️", failure: "❌" } as const;

/** Details that are longer are folded. In characters: about half a page. */
const LONGEST_OPEN = 1200;
/** Different results for one topic, such as those of several databases. */
const MOST_OF_TOPIC = 6;

const MARKED = /<!-- offshoot:part (\S+) -->\n([^]*?)\n<!-- offshoot:part-end -->/g;

/** The details of a part in a comment. Equal parts of several sections are in it once. */
export function detailsIn(body: string): (part: Omit<Part, "markdown">) => string {
  const found = new Map([...body.matchAll(MARKED)].map(([, id = "", text = ""]) => [id, text.trim()]));
  return (part) => found.get(idOf(part)) ?? "";
}

/** Identifies the details of a part. */
function idOf({ topic, text }: Omit<Part, "markdown">): string {
  return Buffer.from(`${topic} ${text}`).toString("base64url");
}

/**
 * The upper part of a comment: one line for each topic with something to look at, one line for all others, and the details.
 * Equal results of several jobs are shown once. Empty if no command had a result. At most about `length` characters: details that
 * do not fit are left out.
 */
export function renderParts(sections: readonly PartOf[], length: number): { readonly lines: string; readonly details: string } {
  const all = sections.flatMap(({ title, parts = [], failed = false }) =>
    parts.map((part) => ({ ...part, title, isFailure: failed && part.weight === "problem" })),
  );
  const groups = TOPICS.filter((topic) => topic !== "migrations")
    .map((topic) => ({ topic, results: distinct(all.filter((part) => part.topic === topic)).slice(0, MOST_OF_TOPIC) }))
    .filter(({ results }) => results.length > 0);
  const loud = groups.filter(({ results }) => results.some(({ weight }) => weight !== "none"));
  const quiet = groups.filter((group) => !loud.includes(group));
  const migrated = whoMigrated(sections);
  const lines = [
    ...loud.flatMap(({ topic, results }) =>
      results.map(({ weight, text, title, isFailure }) => {
        const from = results.length > 1 ? ` (${escapeMarkdown(title)})` : "";
        return `- ${SIGNS[isFailure ? "failure" : weight]} **${TITLES[topic]}**${from}: ${escapeMarkdown(text)}`;
      }),
    ),
    ...(quiet.length === 0
      ? []
      : [
          `- ${SIGNS.none} ${quiet.map(({ topic, results }) => `${TITLES[topic]}: ${escapeMarkdown(results[0]?.text ?? "")}`).join(" · ")}`,
        ]),
    ...(migrated === undefined ? [] : [`- Migrations: ${migrated}`]),
  ];
  if (lines.length === 0) return { lines: "", details: "" };
  const details = loud.flatMap(({ results }) => results).filter(({ markdown }) => markdown !== "");
  const head = `${lines.join("\n")}\n\n`;
  return { lines: head, details: withDetails(details, length - head.length) };
}

type Result = Part & { readonly title: string; readonly isFailure: boolean };

function distinct(parts: readonly Result[]): readonly Result[] {
  const failures = new Set(parts.filter(({ isFailure }) => isFailure).map(idOf));
  return [...new Map(parts.map((part) => [idOf(part), { ...part, isFailure: failures.has(idOf(part)) }])).values()];
}

/** Characters of the frame around the details of a part, without its text. */
const FRAME = 300;

function withDetails(parts: readonly Result[], length: number): string {
  let left = length - parts.reduce((sum, { text }) => sum + text.length + FRAME, 0);
  return parts
    .map(({ topic, weight, text, markdown, isFailure }) => {
      // What somebody else wrote must not end the part for the reader of the comment.
      const inert = markdown.replaceAll("<!--", "<!\u200B--").trim();
      const fits = inert.length <= left;
      if (fits) left -= inert.length;
      const shown = fits ? inert : "_This is too long for the comment. The page of the job has all of it._";
      const open = isFailure || inert.length <= LONGEST_OPEN ? " open" : "";
      return [
        `<details${open}><summary><b>${TITLES[topic]}</b>: ${escapeHtml(text)}</summary>`,
        `<!-- offshoot:part ${idOf({ topic, weight, text })} -->`,
        "",
        shown,
        "",
        "<!-- offshoot:part-end -->",
        "</details>",
        "",
      ].join("\n");
    })
    .join("\n");
}

/** Which job ran the migrations, and how many waited for it. */
function whoMigrated(sections: readonly PartOf[]): string | undefined {
  const by = (state: string): readonly string[] =>
    sections
      .filter(({ parts = [] }) => parts.some(({ topic, text }) => topic === "migrations" && text === state))
      .map(({ title }) => title);
  const [ran, waited, already] = [by("ran"), by("waited"), by("already")];
  const said = [
    ...(ran.length === 0 ? [] : [`ran in ${ran.map(escapeMarkdown).join(", ")}`]),
    ...(waited.length === 0 ? [] : [`${waited.length === 1 ? "1 command" : `${waited.length} commands`} waited`]),
    ...(already.length === 0 ? [] : [`${already.length === 1 ? "1 command" : `${already.length} commands`} found them done`]),
  ];
  return said.length === 0 ? undefined : said.join(", ");
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[@#](?=\w)/g, "$&\u200B");
}
