import { readFile } from "node:fs/promises";
import type { Document, Node, Pair } from "yaml";
import { OffshootError, messageOf } from "../errors.ts";
import { checkValue, notASection, unknownKey } from "./check-value.ts";
import { fieldAt, keysBelow } from "./fields.ts";
import type { Path } from "./fields.ts";
import type { Entry, SourceResult } from "./sources.ts";
import { syntaxProblems } from "./yaml-syntax.ts";

/**
 * Reads and checks the configuration file. `label` is the name of the file in messages, before the line number. Throws
 * `CONFIG_UNREADABLE`.
 */
export async function readConfigurationFile(file: string, label: string): Promise<SourceResult> {
  return parseConfiguration(await read(file, label), label);
}

/** Checks the text of a configuration file. Reports all problems, unless the text is not valid YAML. */
export async function parseConfiguration(text: string, label: string): Promise<SourceResult> {
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  // At lower log levels the library prints warnings to stderr.
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const broken = syntaxProblems(text, document, lines, yaml);
  if (broken.length > 0) return { entries: new Map(), problems: broken.map(({ line, text: problem }) => `${label}:${line}: ${problem}`) };

  const entries = new Map<Path, Entry>();
  const problems: string[] = [];
  const lineOf = (node: unknown): number => (yaml.isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1);
  const report = (node: unknown, problem: string): void => void problems.push(`${label}:${lineOf(node)}: ${problem}`);
  walk("", document.contents, undefined);
  return { entries, problems };

  function walk(section: string, given: unknown, key: unknown): void {
    const node = resolved(given);
    if (node === null || node === undefined || (yaml.isScalar(node) && node.value === null)) return;
    if (!yaml.isMap(node)) return report(key ?? node, section === "" ? noKeys() : notASection(section));
    for (const pair of node.items) visit(section, pair);
  }

  function visit(section: string, { key, value }: Pair): void {
    const name = String(yaml.isScalar(key) ? key.value : key);
    const path = section === "" ? name : `${section}.${name}`;
    const field = name.includes(".") ? undefined : fieldAt(path);
    // `audit` can be a section with keys, or the short form of `audit.spec`.
    if (field === undefined || (field.path !== path && yaml.isMap(resolved(value)))) {
      const known = !name.includes(".") && keysBelow(section).includes(path);
      return known ? walk(path, value, key) : report(key, unknownKey(section, name));
    }
    const input = toInput(value, document);
    const result = checkValue(field, input, path);
    if ("problem" in result) return report(partOf(value, result.at) ?? key, result.problem);
    entries.set(field.path, { from: "file", where: `${label}:${lineOf(key)}`, input, value: result.value });
  }

  function resolved(node: unknown): unknown {
    return yaml.isAlias(node) ? node.resolve(document) : node;
  }

  /** The wrong key or item inside a value. */
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

function noKeys(): string {
  return `the file does not contain keys with values; write lines such as "provider: auto"`;
}

// Far larger than any real configuration. The parser can take minutes for a large malicious file.
const MAX_BYTES = 1 << 20;

/** Why a file could not be read, by system error code. */
export const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  ENOTDIR: "a part of its path is not a folder",
  EISDIR: "it is a folder",
  EACCES: "this user has no permission to read it",
  EPERM: "this user has no permission to read it",
  EFBIG: "it is larger than 1 MiB",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not UTF-8 text",
};

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: "Give this user permission to read the file, or name another file with --config.",
  EPERM: "Give this user permission to read the file, or name another file with --config.",
  EFBIG: "Remove everything that is not a setting of offshoot.",
  ERR_ENCODING_INVALID_ENCODED_DATA: "Save the file as UTF-8.",
};

async function read(file: string, label: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > MAX_BYTES) throw Object.assign(new Error(), { code: "EFBIG" });
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    const reason = READ_FAILURES[code] ?? messageOf(cause);
    throw new OffshootError("CONFIG_UNREADABLE", `Could not read the configuration file ${label}: ${reason}.`, {
      remedy: REMEDIES[code] ?? "Correct the path after --config, or remove --config: offshoot then searches for offshoot.yaml.",
      facts: { file, reason: code },
    });
  }
}
