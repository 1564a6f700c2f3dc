import type { AuditFinding } from "../../finding.ts";
import type { Schema } from "../../../catalog/schemas.ts";
import { matches } from "../../pattern.ts";
import type { SchemaEntry } from "../../spec/spec.ts";
import type { AuditInput, AuditRule } from "../rule.ts";
import { comment, grants, identified } from "./comments-and-grants.ts";
import { compareSection } from "./compare-section.ts";

/** The schemas that the spec lists. Others are ignored, since extensions and platforms create their own. */
export const schemas: AuditRule = (input) => {
  const { spec, catalog } = input;
  return spec === undefined
    ? []
    : compareSection<SchemaEntry, Schema>({
        kind: "schema",
        file: spec.file,
        within: "",
        mode: "at least",
        owner: { line: 1 },
        entries: spec.schemas,
        objects: catalog.schemas,
        properties: [comment(input, identified("schema")), grants(input, "schema")],
      });
};

/** Runs a rule in each schema that the spec describes and the database has. */
export function inEachSchema(
  { spec, catalog }: AuditInput,
  check: (name: string, entry: SchemaEntry, file: string) => readonly AuditFinding[],
): readonly AuditFinding[] {
  if (spec === undefined) return [];
  const existing = new Set(catalog.schemas.map(({ name }) => name));
  return [...spec.schemas].flatMap(([key, entry]) => {
    if (entry.absent === true || entry.nameOnly) return [];
    const names = entry.pattern === true ? [...existing].filter((name) => matches(key, name)) : existing.has(key) ? [key] : [];
    return names.flatMap((name) => check(name, entry, spec.file));
  });
}
