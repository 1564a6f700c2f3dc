import type { Composite, Domain, Enum, Range } from "../../../catalog/datatypes.ts";
import { path } from "../../../catalog/quote.ts";
import { sameType } from "../../spec/datatype.ts";
import type { CompositeEntry, DomainEntry, EnumEntry, RangeEntry } from "../../spec/spec.ts";
import type { AuditRule } from "../rule.ts";
import { constraintSection } from "./constraints.ts";
import { comment, grants, identified } from "./comments-and-grants.ts";
import { inEachSchema } from "./schemas.ts";
import { compareSection, listed, NONE, orNone, expectedOrNone, yesNo, type Property } from "./compare-section.ts";
import { sameDefault } from "./tables.ts";

const enumProperties: readonly Property<EnumEntry, Enum>[] = [
  { name: "labels", expected: (entry) => listed(entry.labels), actual: (type) => listed(type.labels) ?? NONE },
];

const domainProperties = (schema: string): readonly Property<DomainEntry, Domain>[] => [
  {
    name: "type",
    expected: (entry) => entry.type,
    actual: (domain) => domain.type,
    same: (expected, actual) => sameType(expected, actual, schema),
  },
  {
    name: "nullable",
    expected: (entry) => yesNo(entry.nullable),
    actual: (domain) => (domain.nullable ? "yes" : "no"),
    defaultText: "yes",
  },
  {
    name: "default",
    expected: (entry) => expectedOrNone(entry.default),
    actual: (domain) => orNone(domain.default),
    defaultText: NONE,
    same: sameDefault,
  },
  {
    name: "collation",
    expected: (entry) => expectedOrNone(entry.collation),
    actual: (domain) => orNone(domain.collation),
    defaultText: NONE,
  },
];

const attributes = (list: readonly (readonly [string, string])[]): string => listed(list.map(([name, type]) => `${name} ${type}`)) ?? NONE;

const compositeProperties: readonly Property<CompositeEntry, Composite>[] = [
  {
    name: "attributes",
    expected: (entry) => (entry.attributes === undefined ? undefined : attributes([...entry.attributes])),
    actual: (composite) => attributes(composite.attributes.map(({ name, type }) => [name, type])),
  },
];

const rangeProperties = (schema: string): readonly Property<RangeEntry, Range>[] => [
  {
    name: "subtype",
    expected: (entry) => entry.subtype,
    actual: (range) => range.subtype,
    same: (expected, actual) => sameType(expected, actual, schema),
  },
];

/** Enums, domains, composite and range types. */
export const datatypes: AuditRule = (input) =>
  inEachSchema(input, (schema, entry, file) => {
    const place = { file, within: path(schema), mode: entry.mode, owner: entry };
    const known = [comment(input, identified("type", "domain")), grants(input, "type")];
    return [
      ...compareSection<EnumEntry, Enum>({
        ...place,
        kind: "enum",
        entries: entry.enums,
        objects: input.inSchema("enums", schema),
        properties: [...enumProperties, ...known],
      }),
      ...compareSection<DomainEntry, Domain>({
        ...place,
        kind: "domain",
        entries: entry.domains,
        objects: input.inSchema("domains", schema),
        properties: [...domainProperties(schema), ...known],
        inside: (domainEntry, domain) => {
          if (domainEntry.nameOnly) return [];
          const mode = domainEntry.pattern === true ? ("at least" as const) : entry.mode;
          const inner = { ...place, mode, within: path(schema, domain.name), owner: domainEntry };
          return compareSection(constraintSection(input, inner, domainEntry.constraints, domain, "domain"));
        },
      }),
      ...compareSection<CompositeEntry, Composite>({
        ...place,
        kind: "composite",
        entries: entry.composites,
        objects: input.inSchema("composites", schema),
        properties: [...compositeProperties, ...known],
      }),
      ...compareSection<RangeEntry, Range>({
        ...place,
        kind: "range",
        entries: entry.ranges,
        objects: input.inSchema("ranges", schema),
        properties: [...rangeProperties(schema), ...known],
      }),
    ];
  });
