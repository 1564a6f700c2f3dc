import { quoted } from "../../catalog/quote.ts";
import { byProperty, changeOwner, type ObjectRepair, ownerOfNew } from "../repair-context.ts";
import { bySuperuser, toStatements } from "../step.ts";

export const schemas: ObjectRepair = {
  create(id, context) {
    const { owner } = context.expected.get("schemas", id);
    return [...toStatements(`create schema if not exists ${id}`), ...ownerOfNew("schema", id, owner, context)];
  },
  drop: (id) => toStatements(`drop schema if exists ${id}`),
  alter: (id, _differences, context) => [changeOwner("schema", id, context.expected.get("schemas", id).owner, context)],
};

export const extensions: ObjectRepair = {
  create(id, { expected }) {
    return toStatements(`create extension if not exists ${id} with schema ${quoted(expected.get("extensions", id).schema)}`);
  },
  drop: (id) => [{ ...bySuperuser({ statement: `drop extension if exists ${id}` }), destructive: "it drops all objects of the extension" }],
  alter(id, differences, { expected }) {
    const { schema, version } = expected.get("extensions", id);
    const changed = byProperty(differences);
    return [
      ...(changed.has("in schema") ? [bySuperuser({ statement: `alter extension ${id} set schema ${quoted(schema)}` })] : []),
      ...toStatements(...(changed.has("version") ? [`alter extension ${id} update to '${version}'`] : [])),
    ];
  },
};
