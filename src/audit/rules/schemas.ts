import type { Schema } from "../../catalog/schemas.ts";
import type { Finding } from "../../findings/finding.ts";
import { matches } from "../pattern.ts";
import type { SchemaRule } from "../spec/spec.ts";
import type { Check, Subject } from "./rule.ts";
import { comment, grants, identified } from "./known.ts";
import { compareSection } from "./section.ts";

/** Schemas that the spec names. Others are nobody's business: extensions and platforms make their own. */
export const schemas: Check = (subject) => {
  const { spec, catalog } = subject;
  return spec === undefined
    ? []
    : compareSection<SchemaRule, Schema>({
        kind: "schema",
        file: spec.file,
        within: "",
        mode: "at least",
        owner: { line: 1 },
        rules: spec.schemas,
        objects: catalog.schemas,
        properties: [comment(subject, identified("schema")), grants(subject, "schema")],
      });
};

/** Runs a check in each schema that the spec describes and the database has. */
export function inEachSchema(
  { spec, catalog }: Subject,
  check: (name: string, rule: SchemaRule, file: string) => readonly Finding[],
): readonly Finding[] {
  if (spec === undefined) return [];
  const there = new Set(catalog.schemas.map(({ name }) => name));
  return [...spec.schemas].flatMap(([key, rule]) => {
    if (rule.absent === true || rule.bare) return [];
    const names = rule.pattern === true ? [...there].filter((name) => matches(key, name)) : there.has(key) ? [key] : [];
    return names.flatMap((name) => check(name, rule, spec.file));
  });
}
