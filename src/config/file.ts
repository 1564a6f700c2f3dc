import type { Document, Node, Pair } from "yaml";
import { OffshootError, codeOf } from "../errors.ts";
import { MIB, readBytes, readFailure } from "../read-file.ts";
import { parseYaml } from "../yaml-limits.ts";
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
  const document = parseYaml(yaml, text, MAX_TOKENS, { lineCounter: lines });
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
    // `migrations` can be a section with keys, or the short form of `migrations.steps`. An empty section is one with keys.
    if (field === undefined || (field.path !== path && isSection(resolved(value)))) {
      const known = !name.includes(".") && keysBelow(section).includes(path);
      return known ? walk(path, value, key) : report(key, unknownKey(section, name));
    }
    const input = toInput(value, document);
    const result = checkValue(field, input, path);
    if ("problem" in result) return report(partOf(value, result.at) ?? key, result.problem);
    entries.set(field.path, { from: "file", where: `${label}:${lineOf(key)}`, input, value: result.value });
  }

  function isSection(node: unknown): boolean {
    return yaml.isMap(node) || node === null || (yaml.isScalar(node) && node.value === null);
  }

  function resolved(node: unknown): unknown {
    return yaml.isAlias(node) ? node.resolve(document) : node;
  }

  /** The wrong key or item inside a value. */
  function partOf(value: unknown, [at, ...inside]: readonly PropertyKey[]): unknown {
    const node = resolved(value);
    if (yaml.isSeq(node) && typeof at === "number") return node.items[at];
    if (!yaml.isMap(node)) return undefined;
    const pair = node.items.find(({ key }) => yaml.isScalar(key) && String(key.value) === String(at));
    return (inside.length === 0 ? undefined : partOf(pair?.value, inside)) ?? pair?.key;
  }
}

function toInput(value: unknown, document: Document): unknown {
  return value === null ? null : (value as Node).toJS(document);
}

function noKeys(): string {
  return `the file does not contain keys with values; write lines such as "provider: auto"`;
}

// Far more than any real configuration has.
const MAX_BYTES = MIB;
const MAX_TOKENS = 100_000;

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: "Give this user permission to read the file, or name another file in the option config (--config).",
  EPERM: "Give this user permission to read the file, or name another file in the option config (--config).",
  EFBIG: "Remove everything that is not a setting of offshoot.",
  ERR_ENCODING_INVALID_ENCODED_DATA: "Save the file as UTF-8.",
};

async function read(file: string, label: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readBytes(file, MAX_BYTES));
  } catch (cause) {
    const code = codeOf(cause) ?? "";
    throw new OffshootError("CONFIG_UNREADABLE", `Could not read the configuration file ${label}: ${readFailure(cause)}.`, {
      remedy:
        REMEDIES[code] ??
        "Correct the path in the option config (--config), or remove the option: offshoot then searches for offshoot.yaml.",
      facts: { file, reason: code },
    });
  }
}
