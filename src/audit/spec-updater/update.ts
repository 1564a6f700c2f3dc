import { isDeepStrictEqual } from "node:util";
import {
  type Document,
  isMap,
  parseDocument,
  type ParseOptions,
  type DocumentOptions,
  type ScalarTag,
  type SchemaOptions,
  type ToStringOptions,
} from "yaml";
import type { Catalog } from "../../catalog/catalog.ts";
import { applyRules, type RuleOptions } from "../apply-rules.ts";
import type { AuditFinding } from "../finding.ts";
import { keyText } from "../spec-writer/flow-style.ts";
import { lookup } from "../../catalog/lookup.ts";
import { literalName } from "../pattern.ts";
import { parseSpec } from "../spec/parse.ts";
import type { Spec } from "../spec/spec.ts";
import { changesOf } from "./changes.ts";
import { updateDatabase } from "./database.ts";
import { keepStyle } from "./keep-style.ts";
import { updateSchema } from "./schema.ts";

export interface UpdatedSpec {
  /** The file's new text: the old one, to the byte, where the database fulfils it. */
  readonly text: string;
  /** What the database still breaks: demands that a person wrote, such as patterns and what must be absent. */
  readonly left: readonly AuditFinding[];
  /** Schemas of the database that the spec doesn't speak of. */
  readonly unlisted: readonly string[];
}

/**
 * Brings a spec up to a good database and changes nothing else of the file: reasons, severities, exceptions, patterns,
 * modes and comments stay, and so does every entry that the database fulfils. Throws `SPEC_INVALID`.
 */
export function updateSpec(text: string, file: string, catalog: Catalog, options: RuleOptions): UpdatedSpec {
  const spec = parseSpec(text, file);
  const found = lookup(catalog);
  const findings = broken(catalog, spec, options);
  const isSameMajor = spec.postgres === undefined || spec.postgres === catalog.server.major;
  const updated = findings.length === 0 && isSameMajor ? text : edit();
  return {
    text: updated,
    left: broken(catalog, parseSpec(updated, file), options),
    unlisted: catalog.schemas.flatMap(({ name }) => (spec.schemas.has(name) ? [] : [name])),
  };

  function edit(): string {
    const document = parseDocument(text, READING);
    const changes = changesOf(findings, document, found);
    updateDatabase(changes, spec, options.state?.versions ?? new Map());
    const schemas = document.get("schemas");
    for (const [name, rule] of spec.schemas) {
      const node = isMap(schemas) ? schemas.items.find(({ key }) => literalName(keyText(key)) === name)?.value : undefined;
      if (isMap(node) && rule.pattern !== true && rule.absent !== true) updateSchema(changes, name, rule, node);
    }
    return write(document, text);
  }
}

/** What breaks a rule of the spec; texts of views are compared whatever version they were written from. */
function broken(catalog: Catalog, spec: Spec, options: RuleOptions): readonly AuditFinding[] {
  const comparable = { ...spec, postgres: undefined };
  return applyRules(catalog, comparable, options).filter(({ at, code }) => at !== undefined && code !== "ignore-expired");
}

/** A number is written as it was read: the version `0035` is no 35. */
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

const INDENTS = [2, 4, 3, 8];

/** The text in the style of the original: lines that were not changed stay as they are, the others come as near as YAML's writer gets. */
function write(document: Document, original: string): string {
  const untouched = parseDocument(original, READING);
  const styles = INDENTS.flatMap((indent) =>
    [true, false].flatMap((indentSeq) =>
      [true, false].map((flowCollectionPadding): ToStringOptions => ({ lineWidth: 0, indent, indentSeq, flowCollectionPadding })),
    ),
  );
  const lines = new Set(original.split("\n"));
  let [style, fewest] = [styles[0], Infinity];
  for (const one of styles) {
    const strange = untouched
      .toString(one)
      .split("\n")
      .filter((line) => !lines.has(line)).length;
    if (strange < fewest) [style, fewest] = [one, strange];
    if (fewest === 0) break;
  }
  const changed = document.toString(style);
  const restyled = keepStyle(original, untouched.toString(style), changed);
  // Style is worth less than meaning.
  return isDeepStrictEqual(parseDocument(restyled, READING).toJS(), parseDocument(changed, READING).toJS()) ? restyled : changed;
}
