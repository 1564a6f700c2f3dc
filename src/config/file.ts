import { readFile } from "node:fs/promises";
import type { Document, Node, Pair } from "yaml";
import { OffshootError, messageOf } from "../errors.ts";
import { check, notASection, unknownKey } from "./check.ts";
import { fieldAt, keysBelow } from "./fields.ts";
import type { Path } from "./fields.ts";
import type { Entry, Layer } from "./layer.ts";
import { syntaxProblems } from "./syntax.ts";

/** What the file says. `label` is its name for people, before the line number. Throws `CONFIG_UNREADABLE`. */
export async function fileLayer(file: string, label: string): Promise<Layer> {
  return parseFile(await read(file, label), label);
}

/** As `fileLayer`, from text. Every fault of the file is reported, unless it is no YAML at all. */
export async function parseFile(text: string, label: string): Promise<Layer> {
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  // Below its highest level, the library prints warnings of its own to stderr.
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const broken = syntaxProblems(text, document, lines, yaml);
  if (broken.length > 0) return { entries: new Map(), problems: broken.map(({ line, text: problem }) => `${label}:${line}: ${problem}`) };

  const entries = new Map<Path, Entry>();
  const problems: string[] = [];
  const lineOf = (node: unknown): number => (yaml.isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1);
  const blame = (node: unknown, problem: string): void => void problems.push(`${label}:${lineOf(node)}: ${problem}`);
  walk("", document.contents, undefined);
  return { entries, problems };

  function walk(section: string, given: unknown, key: unknown): void {
    const node = resolved(given);
    if (node === null || node === undefined || (yaml.isScalar(node) && node.value === null)) return;
    if (!yaml.isMap(node)) return blame(key ?? node, section === "" ? topExpected() : notASection(section));
    for (const pair of node.items) visit(section, pair);
  }

  function visit(section: string, { key, value }: Pair): void {
    const name = String(yaml.isScalar(key) ? key.value : key);
    const path = section === "" ? name : `${section}.${name}`;
    const field = name.includes(".") ? undefined : fieldAt(path);
    // A section whose name alone stands for one of its settings holds keys or that setting's value.
    if (field === undefined || (field.path !== path && yaml.isMap(resolved(value)))) {
      const known = !name.includes(".") && keysBelow(section).includes(path);
      return known ? walk(path, value, key) : blame(key, unknownKey(section, name));
    }
    const input = toInput(value, document);
    const result = check(field, input, path);
    if ("problem" in result) return blame(partOf(value, result.at) ?? key, result.problem);
    entries.set(field.path, { from: "file", where: `${label}:${lineOf(key)}`, input, value: result.value });
  }

  function resolved(node: unknown): unknown {
    return yaml.isAlias(node) ? node.resolve(document) : node;
  }

  /** The key or the item inside a value that is at fault. */
  function partOf(value: unknown, [at]: readonly PropertyKey[]): unknown {
    const node = resolved(value);
    if (yaml.isSeq(node) && typeof at === "number") return node.items[at];
    if (yaml.isMap(node)) return node.items.find(({ key }) => yaml.isScalar(key) && String(key.value) === String(at))?.key;
    return undefined;
  }
}

function toInput(value: unknown, document: Document): unknown {
  return value === null ? null : (value as Node).toJS(document);
}

function topExpected(): string {
  return `the file holds no keys; expected keys such as ${keysBelow("").slice(0, 3).join(", ")}`;
}

// Beyond any configuration; the parser needs minutes for text that is made to hurt.
const MAX_BYTES = 1 << 20;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it doesn't exist",
  EISDIR: "it is a folder",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  EFBIG: "it is larger than 1 MiB",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not UTF-8 text",
};

async function read(file: string, label: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > MAX_BYTES) throw Object.assign(new Error(), { code: "EFBIG" });
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    const reason = REASONS[code] ?? messageOf(cause);
    throw new OffshootError("CONFIG_UNREADABLE", `The configuration ${label} can't be read: ${reason}.`, {
      remedy: "Name a readable file with --config, or leave it out to do without one.",
      facts: { file, reason: code },
    });
  }
}
