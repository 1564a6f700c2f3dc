import { createHash } from "node:crypto";
import { fit } from "./fit.ts";
import { renderSummary } from "./render.ts";
import type { CommandSummary } from "./command-summary.ts";

/** One command's part in the comment of a pull request. */
export interface Section {
  /** Which command in which job: a later one of that key takes its place. */
  readonly key: string;
  /** The CI run, a number that grows from run to run. */
  readonly run: string;
  readonly attempt: number;
  readonly failed: boolean;
  /** Whether it removed the database. */
  readonly removed: boolean;
  /** What it tells but for the times: equal digests need no second writing. */
  readonly digest: string;
  readonly title: string;
  /** Markdown. */
  readonly text: string;
}

/** GitHub refuses a comment of more than 65,536 characters. */
const LIMIT = 64_000;

/** Each section costs some 300 characters, even where nothing of its text has room. */
const MOST = 150;

const SECTION = /<!-- offshoot:section (\S+) -->\n([^]*?)\n<!-- offshoot:end -->/g;

export function sectionOf(story: CommandSummary, by: Pick<Section, "run" | "attempt"> & { readonly shard: string | undefined }): Section {
  const { title, job, phases: chapters, exitCode, failure } = story;
  const key = [title, job, by.shard].filter((part) => part !== undefined).join(" · ");
  const timeless = { ...story, chapters: chapters.map(({ phase, text, failed }) => ({ phase, text, failed })) };
  return {
    key,
    run: by.run,
    attempt: by.attempt,
    failed: failure !== undefined || exitCode !== 0,
    removed: chapters.some(({ phase, failed }) => phase === "down" && !failed),
    digest: createHash("sha256").update(JSON.stringify(timeless)).digest("hex").slice(0, 16),
    title: key,
    text: renderSummary(story).trim(),
  };
}

/** The comment of this workflow is known by its first line. */
export function isComment(body: string, id: string): boolean {
  return body.startsWith(marker(id));
}

/**
 * A comment with one more section; undefined where nothing is to be written: it stands there already, or a later run has
 * written, whose findings an older run that ends late must not hide.
 */
export function addSection(body: string, id: string, mine: Section): string | undefined {
  const sections = sectionsOf(body);
  if (sections.some(({ run }) => isLater(run, mine.run))) return undefined;
  const earlier = sections.find(({ key, run }) => key === mine.key && run === mine.run);
  if (earlier !== undefined && earlier.attempt > mine.attempt) return undefined;
  if (earlier?.digest === mine.digest && earlier.attempt === mine.attempt) return undefined;
  return render(id, [...sections.filter((each) => each.run === mine.run && each !== earlier), mine]);
}

export function firstComment(id: string, section: Section): string {
  return render(id, [section]);
}

function sectionsOf(body: string): readonly Section[] {
  return [...body.replaceAll("\r\n", "\n").matchAll(SECTION)].flatMap(([, data = "", text = ""]) => {
    const facts: unknown = JSON.parse(Buffer.from(data, "base64url").toString());
    return typeof facts === "object" && facts !== null ? [{ ...(facts as Omit<Section, "text">), text }] : [];
  });
}

/** What needs a look stands first and open; the rest is folded, and left out first where a comment can't hold all. */
function render(id: string, sections: readonly Section[]): string {
  const failed = sections.filter((each) => each.failed);
  const inOrder = [...failed, ...sections.filter((each) => !each.failed)].slice(0, MOST);
  const gone = sections.at(-1)?.removed === true;
  const count = sections.length === 1 ? "1 command" : `${sections.length} commands`;
  const head = [
    marker(id),
    `### ${failed.length > 0 ? `❌ offshoot: ${failed.length} of ${count} failed` : `✅ offshoot: ${count} done`}`,
    ...(gone ? ["", "The database is gone; nothing is left."] : []),
    "",
    "",
  ].join("\n");
  const framed = inOrder.map((section) => ({ section, open: opening(section) }));
  let left = LIMIT - head.length - framed.reduce((sum, { open }) => sum + open.length + CLOSE.length, 0);
  const parts = framed.map(({ section, open }) => {
    const text = fit(`\n${section.text.replaceAll("<!--", "<!\u200B--").trim()}\n`, Math.max(0, left));
    left -= text.length;
    return open + text + CLOSE;
  });
  return head + parts.join("");
}

function opening(section: Section): string {
  const { text: _, ...facts } = section;
  const data = Buffer.from(JSON.stringify(facts)).toString("base64url");
  return `<details${facts.failed ? " open" : ""}><summary>${outline(facts)}</summary>\n<!-- offshoot:section ${data} -->\n`;
}

const CLOSE = "\n<!-- offshoot:end -->\n</details>\n";

function outline({ title, failed, attempt }: Omit<Section, "text">): string {
  const again = attempt > 1 ? `, attempt ${attempt}` : "";
  return `${failed ? "❌" : "✅"} ${title.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}${again}`;
}

function marker(id: string): string {
  return `<!-- offshoot:comment ${encodeURIComponent(id)} -->`;
}

/** GitHub's run ids grow; a hand-made one that is no number can't be compared and is taken as the same age. */
function isLater(one: string, other: string): boolean {
  return /^\d+$/.test(one) && /^\d+$/.test(other) && BigInt(one) > BigInt(other);
}
