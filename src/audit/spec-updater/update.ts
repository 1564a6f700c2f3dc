import { isDeepStrictEqual } from "node:util";
import * as yaml from "yaml";
import {
  type Document,
  isMap,
  type ParseOptions,
  type DocumentOptions,
  type ScalarTag,
  type SchemaOptions,
  type ToStringOptions,
} from "yaml";
import type { Catalog } from "../../catalog/catalog.ts";
import { lookup } from "../../catalog/lookup.ts";
import { applyRules, type RuleOptions } from "../apply-rules.ts";
import type { AuditFinding } from "../finding.ts";
import { literalName } from "../pattern.ts";
import { keyText } from "../spec-writer/flow-style.ts";
import { parseSpec } from "../spec/parse.ts";
import type { Spec } from "../spec/spec.ts";
import { MAX_TOKENS } from "../../yaml-file.ts";
import { parseYaml } from "../../yaml-limits.ts";
import { changesOf } from "./changes.ts";
import { updateDatabase } from "./database.ts";
import { keepStyle } from "./keep-style.ts";
import { updateSchema } from "./schema.ts";

export interface UpdatedSpec {
  /** The new text of the file. Lines without a change keep their bytes. */
  readonly text: string;
  /** The findings that remain: patterns, and objects that must be absent, are not updated. */
  readonly left: readonly AuditFinding[];
  /** The schemas of the database that are not in the spec. */
  readonly unlisted: readonly string[];
}

/**
 * Updates the entries of a spec that the database does not fulfil. Reasons, severities, exceptions, patterns, modes, comments
 * and all other entries stay unchanged. Throws `SPEC_INVALID`.
 */
export function updateSpec(text: string, file: string, catalog: Catalog, options: RuleOptions): UpdatedSpec {
  const spec = parseSpec(text, file);
  const findings = specFindings(catalog, spec, options);
  const isSameMajor = spec.postgres === undefined || spec.postgres === catalog.server.major;
  const updated = findings.length === 0 && isSameMajor ? text : edited(text, spec, findings, catalog, options);
  return {
    text: updated,
    left: specFindings(catalog, parseSpec(updated, file), options),
    unlisted: catalog.schemas.flatMap(({ name }) => (spec.schemas.has(name) ? [] : [name])),
  };
}

function edited(text: string, spec: Spec, findings: readonly AuditFinding[], catalog: Catalog, options: RuleOptions): string {
  const document = read(text);
  const changes = changesOf(findings, document, lookup(catalog));
  updateDatabase(changes, spec, options.state?.versions ?? new Map());
  const schemas = document.get("schemas");
  for (const [name, schema] of spec.schemas) {
    const node = isMap(schemas) ? schemas.items.find(({ key }) => literalName(keyText(key)) === name)?.value : undefined;
    if (isMap(node) && schema.pattern !== true && schema.absent !== true) updateSchema(changes, name, schema, node);
  }
  return print(document, text);
}

/** The findings that come from the spec. Definitions of views are compared also when the major versions differ. */
function specFindings(catalog: Catalog, spec: Spec, options: RuleOptions): readonly AuditFinding[] {
  const comparable = { ...spec, postgres: undefined };
  return applyRules(catalog, comparable, options).filter(({ at, code }) => at !== undefined && code !== "ignore-expired");
}

/** Numbers keep their text: the version `0035` stays `0035`. */
const READING: ParseOptions & DocumentOptions & SchemaOptions = {
  customTags: (tags) =>
    tags.map((tag) => {
      if (typeof tag !== "object" || !/:(int|float)$/.test(tag.tag)) return tag;
      const number = tag as ScalarTag;
      return {
        ...number,
        stringify: (item, ...rest) => item.source ?? number.stringify?.(item, ...rest) ?? String(item.value),
      } satisfies ScalarTag;
    }),
};

const read = (text: string): Document.Parsed => parseYaml(yaml, text, MAX_TOKENS, READING);

/** The indentations to try. YAML's writer normalises all other styles in the lines that change. */
const STYLES = [2, 4, 3, 8].flatMap((indent) => [true, false].map((indentSeq): ToStringOptions => ({ lineWidth: 0, indent, indentSeq })));

/** Prints the document. Lines without a change are copied from the original text. */
function print(document: Document, original: string): string {
  const unchanged = read(original);
  const style = styleOf(original, unchanged);
  const changed = document.toString(style);
  const styled = keepStyle(original, unchanged.toString(style), changed);
  // A copied line can have another meaning beside a changed line, for example because of its indentation.
  return isDeepStrictEqual(read(styled).toJS(), read(changed).toJS()) ? styled : changed;
}

/** The style in which YAML's writer changes the fewest lines of the original text. */
function styleOf(original: string, unchanged: Document): ToStringOptions | undefined {
  const lines = new Set(original.split(/\r?\n/));
  let [best, fewest] = [STYLES[0], Infinity];
  for (const style of STYLES) {
    const printed = unchanged.toString(style).split("\n");
    const others = printed.filter((line) => !lines.has(line)).length;
    if (others < fewest) [best, fewest] = [style, others];
    if (fewest === 0) break;
  }
  return best;
}
