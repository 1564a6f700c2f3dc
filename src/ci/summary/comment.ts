import { oneLine } from "../../visible.ts";
import { createHash } from "node:crypto";
import * as z from "zod";
import { fit } from "./fit.ts";
import { detailsIn, type Part, PART_LINE, renderParts } from "./parts.ts";
import { renderSummary } from "./render.ts";
import type { CommandSummary } from "./command-summary.ts";

/** The facts of a section, as they are written into the comment. */
const FACTS = z.object({
  /** Command and job. A later section with the same key replaces this one. */
  key: z.string(),
  /** The id of the CI run, a number that is higher for each later run. */
  run: z.string(),
  attempt: z.number().int(),
  failed: z.boolean(),
  /** Whether the command deleted the database. */
  removed: z.boolean(),
  /** Hash of the content without the times. A section with an equal digest is not written again. */
  digest: z.string(),
  title: z.string(),
  /** The results of the command, without their details, which are in the upper part of the comment. */
  parts: z.array(PART_LINE).max(20).default([]),
});

type Facts = Readonly<z.output<typeof FACTS>>;

/** The part of a pull request's comment that belongs to one command. */
export interface Section extends Omit<Facts, "parts"> {
  /** The results of the command. Default none. */
  readonly parts?: readonly Part[] | undefined;
  /** Markdown. */
  readonly text: string;
}

/** GitHub rejects a comment of more than 65,536 characters. */
const MAX_LENGTH = 64_000;

/** Each section needs about 300 characters, even if its text is left out. */
const MAX_SECTIONS = 150;

const SECTION = /<!-- offshoot:section (\S+) -->\n([^]*?)\n<!-- offshoot:end -->/g;

export function sectionOf(summary: CommandSummary, by: Pick<Section, "run" | "attempt"> & { readonly shard: string | undefined }): Section {
  const { title, job, phases, exitCode, failure, parts = [] } = summary;
  const key = [title, job, by.shard].filter((part) => part !== undefined).join(" · ");
  const timeless = { ...summary, phases: phases.map(({ phase, text, failed }) => ({ phase, text, failed })) };
  return {
    key,
    run: by.run,
    attempt: by.attempt,
    failed: failure !== undefined || exitCode !== 0,
    removed: phases.some(({ phase, failed }) => phase === "down" && !failed),
    digest: createHash("sha256").update(JSON.stringify(timeless)).digest("hex").slice(0, 16),
    title: key,
    parts: parts.map((part) => ({ ...part, text: part.text.slice(0, 400) })),
    // Findings with a part of their own are in the upper part of the comment.
    text: renderSummary(parts.some(({ markdown }) => markdown !== "") ? { ...summary, findings: undefined } : summary).trim(),
  };
}

/** Whether a comment belongs to the workflow `id`. Its first line is a marker with this id. */
export function isComment(body: string, id: string): boolean {
  return body.startsWith(marker(id));
}

/**
 * The comment with the new section. Undefined if nothing must be written: the comment already contains this section, or a
 * later run has written the comment, and a late end of an older run must not replace its findings.
 */
export function addSection(body: string, id: string, own: Section): string | undefined {
  const sections = sectionsOf(body);
  if (sections.some(({ run }) => isLater(run, own.run))) return undefined;
  const earlier = sections.find(({ key, run }) => key === own.key && run === own.run);
  if (earlier !== undefined && earlier.attempt > own.attempt) return undefined;
  if (earlier?.digest === own.digest && earlier.attempt === own.attempt) return undefined;
  return render(id, [...sections.filter((each) => each.run === own.run && each !== earlier), own]);
}

export function firstComment(id: string, section: Section): string {
  return render(id, [section]);
}

/** The sections of a comment. People can edit comments, so a section that offshoot did not write is left out. */
function sectionsOf(body: string): readonly Section[] {
  const read = body.replaceAll("\r\n", "\n");
  const details = detailsIn(read);
  return [...read.matchAll(SECTION)].flatMap(([, data = "", text = ""]) => {
    const facts = factsIn(data);
    if (facts === undefined) return [];
    return [{ ...facts, parts: facts.parts.map((part) => ({ ...part, markdown: details(part) })), text }];
  });
}

function factsIn(data: string): Facts | undefined {
  try {
    return FACTS.safeParse(JSON.parse(Buffer.from(data, "base64url").toString())).data;
  } catch {
    return undefined;
  }
}

/** Failed commands come first and unfolded. The other ones are folded, and the first to be cut if the comment is too long. */
function render(id: string, sections: readonly Section[]): string {
  const failed = sections.filter((each) => each.failed);
  // The results above say why such a command failed.
  const unexplained = failed.filter(({ parts = [] }) => !parts.some(({ weight }) => weight === "problem"));
  const inOrder = [
    ...unexplained,
    ...failed.filter((each) => !unexplained.includes(each)),
    ...sections.filter((each) => !each.failed),
  ].slice(0, MAX_SECTIONS);
  const removed = sections.at(-1)?.removed === true;
  const count = sections.length === 1 ? "1 command" : `${sections.length} commands`;
  const head = [
    marker(id),
    `### ${failed.length > 0 ? `❌ offshoot: ${failed.length} of ${count} failed` : `✅ offshoot: ${count} done`}`,
    ...(removed ? ["", "The database was deleted."] : []),
    "",
    "",
  ].join("\n");
  const framed = inOrder.map((section) => ({ section, open: opening(section, unexplained.includes(section)) }));
  const fixed = head.length + FOLD_OPEN.length + FOLD_CLOSE.length + framed.reduce((sum, { open }) => sum + open.length + CLOSE.length, 0);
  const parts = renderParts(sections, Math.max(0, MAX_LENGTH - fixed - KEPT_FOR_TEXTS));
  let remaining = MAX_LENGTH - fixed - parts.lines.length - parts.details.length;
  const written = framed.map(({ section, open }) => {
    const text = fit(`\n${section.text.replaceAll("<!--", "<!\u200B--").trim()}\n`, Math.max(0, remaining));
    remaining -= text.length;
    return open + text + CLOSE;
  });
  const [unfolded, explained, others] = [
    written.slice(0, unexplained.length),
    written.slice(unexplained.length, failed.length),
    written.slice(failed.length),
  ];
  const isFolded = others.length > MOST_UNFOLDED;
  const rest = isFolded ? [FOLD_OPEN.replace("N", String(others.length)), ...others, FOLD_CLOSE] : others;
  return head + [parts.lines, ...unfolded, parts.details, ...explained, ...rest].join("");
}

/** Characters that the texts of the commands get in any case. */
const KEPT_FOR_TEXTS = 6000;
/** With more successful commands than this, all of them are behind one line. */
const MOST_UNFOLDED = 3;
const FOLD_OPEN = "\n<details><summary>N commands done</summary>\n\n";
const FOLD_CLOSE = "\n</details>\n";

function opening(section: Section, isOpen: boolean): string {
  const { text: _, ...own } = section;
  const facts = { ...own, parts: (own.parts ?? []).map(({ topic, weight, text }) => ({ topic, weight, text })) };
  const data = Buffer.from(JSON.stringify(facts)).toString("base64url");
  return `<details${isOpen ? " open" : ""}><summary>${outline(facts)}</summary>\n<!-- offshoot:section ${data} -->\n`;
}

const CLOSE = "\n<!-- offshoot:end -->\n</details>\n";

function outline({ title, failed, attempt }: Facts): string {
  const attemptNote = attempt > 1 ? `, attempt ${attempt}` : "";
  return `${failed ? "❌" : "✅"} ${oneLine(title)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[@#](?=\w)/g, "$&\u200B")}${attemptNote}`;
}

function marker(id: string): string {
  return `<!-- offshoot:comment ${encodeURIComponent(id.toWellFormed())} -->`;
}

/** GitHub's run ids increase. A run name that is not a number cannot be compared, and counts as not later. */
function isLater(one: string, other: string): boolean {
  return /^\d+$/.test(one) && /^\d+$/.test(other) && BigInt(one) > BigInt(other);
}
