import type { Composite, Domain, Enum, Range } from "../../../catalog/datatypes.ts";
import { path } from "../../../catalog/quote.ts";
import { sameType } from "../../spec/datatype.ts";
import type { CompositeRule, DomainRule, EnumRule, RangeRule } from "../../spec/spec.ts";
import type { AuditRule } from "../rule.ts";
import { constraintSection } from "./constraints.ts";
import { comment, grants, identified } from "./comments-and-grants.ts";
import { inEachSchema } from "./schemas.ts";
import { compareSection, listed, NONE, orNone, expectedOrNone, yesNo, type Property } from "./compare-section.ts";
import { sameDefault } from "./tables.ts";

const enumProperties: readonly Property<EnumRule, Enum>[] = [
  { name: "labels", wanted: (rule) => listed(rule.labels), actual: (type) => listed(type.labels) ?? NONE },
];

const domainProperties = (schema: string): readonly Property<DomainRule, Domain>[] => [
  {
    name: "type",
    wanted: (rule) => rule.type,
    actual: (domain) => domain.type,
    same: (wanted, actual) => sameType(wanted, actual, schema),
  },
  { name: "nullable", wanted: (rule) => yesNo(rule.nullable), actual: (domain) => (domain.nullable ? "yes" : "no"), plain: "yes" },
  {
    name: "default",
    wanted: (rule) => expectedOrNone(rule.default),
    actual: (domain) => orNone(domain.default),
    plain: NONE,
    same: sameDefault,
  },
  { name: "collation", wanted: (rule) => expectedOrNone(rule.collation), actual: (domain) => orNone(domain.collation), plain: NONE },
];

const attributes = (list: readonly (readonly [string, string])[]): string => listed(list.map(([name, type]) => `${name} ${type}`)) ?? NONE;

const compositeProperties: readonly Property<CompositeRule, Composite>[] = [
  {
    name: "attributes",
    wanted: (rule) => (rule.attributes === undefined ? undefined : attributes([...rule.attributes])),
    actual: (composite) => attributes(composite.attributes.map(({ name, type }) => [name, type])),
  },
];

const rangeProperties = (schema: string): readonly Property<RangeRule, Range>[] => [
  {
    name: "subtype",
    wanted: (rule) => rule.subtype,
    actual: (range) => range.subtype,
    same: (wanted, actual) => sameType(wanted, actual, schema),
  },
];

/** Enums, domains, composite and range types. */
export const datatypes: AuditRule = (input) =>
  inEachSchema(input, (schema, rule, file) => {
    const place = { file, within: path(schema), mode: rule.mode, owner: rule };
    const known = [comment(input, identified("type", "domain")), grants(input, "type")];
    return [
      ...compareSection<EnumRule, Enum>({
        ...place,
        kind: "enum",
        rules: rule.enums,
        objects: input.inSchema("enums", schema),
        properties: [...enumProperties, ...known],
      }),
      ...compareSection<DomainRule, Domain>({
        ...place,
        kind: "domain",
        rules: rule.domains,
        objects: input.inSchema("domains", schema),
        properties: [...domainProperties(schema), ...known],
        inside: (domainRule, domain) => {
          if (domainRule.bare) return [];
          const mode = domainRule.pattern === true ? ("at least" as const) : rule.mode;
          const inner = { ...place, mode, within: path(schema, domain.name), owner: domainRule };
          return compareSection(constraintSection(input, inner, domainRule.constraints, domain, "domain"));
        },
      }),
      ...compareSection<CompositeRule, Composite>({
        ...place,
        kind: "composite",
        rules: rule.composites,
        objects: input.inSchema("composites", schema),
        properties: [...compositeProperties, ...known],
      }),
      ...compareSection<RangeRule, Range>({
        ...place,
        kind: "range",
        rules: rule.ranges,
        objects: input.inSchema("ranges", schema),
        properties: [...rangeProperties(schema), ...known],
      }),
    ];
  });
