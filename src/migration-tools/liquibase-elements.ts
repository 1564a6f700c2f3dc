import { parseYaml } from "../yaml-limits.ts";

/** An element of a changelog, whichever format the file has. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
}

/** In place of a value of YAML that Liquibase records in another form, such as a date. */
const UNKNOWN_VALUE = "${}";

/** A change set has about 50. */
const MOST_TOKENS = 500_000;
const MOST_ALIASES = 1000;

/** More than any changelog has. A parser must not follow a file that nests without end. */
const MOST_DEPTH = 50;

/** The root element of a changelog in YAML or JSON. Throws the parser's error. */
export async function elementsOfYaml(text: string): Promise<Element> {
  // Liquibase reads YAML 1.1: `007` is 7, and `yes` is true.
  const document = parseYaml(await import("yaml"), text, MOST_TOKENS, { version: "1.1", intAsBigInt: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw problem;
  const root: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
  return element("changelog", field(root, "databaseChangeLog") ?? [], 0);
}

/** A list contains maps with one element each, or with the attributes of the element to which the list belongs. */
function element(name: string, value: unknown, depth: number): Element {
  const maps = (Array.isArray(value) ? (value as unknown[]) : [value]).filter((each) => typeof each === "object" && each !== null);
  const entries = depth > MOST_DEPTH ? [] : maps.flatMap((map) => (map instanceof Date ? [] : Object.entries(map)));
  return {
    name,
    attributes: new Map(entries.filter(([, each]) => isPlain(each)).map(([key, each]) => [key, textOf(each)])),
    children: entries.filter(([, each]) => !isPlain(each)).map(([key, each]) => element(key, each, depth + 1)),
  };
}

function isPlain(value: unknown): boolean {
  return typeof value !== "object" || value === null || value instanceof Date;
}

function textOf(value: unknown): string {
  return ["string", "bigint", "boolean"].includes(typeof value) ? String(value) : UNKNOWN_VALUE;
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

/** An element whose end was not read yet. */
interface OpenElement extends Element {
  readonly children: OpenElement[];
}

/** The root element of a changelog in XML. Text between tags is not needed. */
export function elementsOfXml(text: string): Element {
  const root: OpenElement = { name: "changelog", attributes: new Map(), children: [] };
  const open = [root];
  const tags = text
    .replaceAll(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>/g, "")
    .matchAll(/<(\/?)([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/g);
  for (const [, isEnd, name = "", attributes = "", isEmpty] of tags) {
    if (isEnd === "/") {
      if (open.length > 1) open.pop();
      continue;
    }
    const next: OpenElement = { name: name.replace(/^.*:/, ""), attributes: attributesOf(attributes), children: [] };
    open.at(-1)?.children.push(next);
    if (isEmpty !== "/" && open.length < MOST_DEPTH) open.push(next);
  }
  const [changelog] = root.children;
  return changelog ?? root;
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
  return new Map([...found].map(([, name = "", one, other]) => [name, unescaped(one ?? other ?? "")]));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (all, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? all;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : all;
  });
}

/** The root element of a changelog in formatted SQL: its change sets. A file without the first line is one change set. */
export function elementsOfSql(text: string): Element {
  const [, first] = /^\s*(?:--|\/\*)\s*liquibase\s+formatted\s+sql([^\n]*)/i.exec(text) ?? [];
  const lines = first === undefined ? [] : text.split("\n");
  const children: Element[] = [];
  for (const line of lines) {
    const [, author, id, more = ""] = /^\s*--\s*changeset\s+("[^"]+"|[^\s:]+):("[^"]+"|\S+)([^\n]*)/i.exec(line) ?? [];
    const conditions = /^\s*--\s*preconditions\b([^\n]*)/i.exec(line)?.[1];
    if (author !== undefined && id !== undefined) {
      const attributes = new Map([...settingsOf(more), ["author", unquoted(author)], ["id", unquoted(id)]]);
      children.push({ name: "changeSet", attributes, children: [] });
    } else if (conditions !== undefined) {
      const last = children.pop();
      const condition = { name: "preConditions", attributes: settingsOf(conditions), children: [] };
      if (last !== undefined) children.push({ ...last, children: [condition] });
    }
  }
  if (first === undefined) children.push({ name: "changeSet", attributes: new Map(Object.entries(RAW)), children: [] });
  return { name: "changelog", attributes: settingsOf(first ?? ""), children };
}

/** The change set that Liquibase makes of a file without the line `--liquibase formatted sql`. */
const RAW = { id: "raw", author: "includeAll" };

function settingsOf(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/(\w+):("[^"]*"|\S+)/g)].map(([, key = "", value = ""]) => [key, unquoted(value)]));
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, "$1");
}
