import { finding, type Check } from "./rule.ts";

/** Row security without a policy hides every row; policies without row security hide none. */
export const rowSecurity: Check = ({ catalog, onTable }) =>
  catalog.tables.flatMap(({ id, schema, name, rowSecurity: state }) => {
    const policies = onTable("policies", schema, name);
    const object = { kind: "table", name: id } as const;
    if (state !== "off" && policies.length === 0) return [finding("row-security-without-policies", object, { state })];
    if (state !== "off" || policies.length === 0) return [];
    return [finding("policies-without-row-security", object, { policies: policies.map((policy) => policy.name) })];
  });
