import { quoted } from "../../catalog/quote.ts";
import { byProperty, given, type Maker, owned } from "../repair-context.ts";
import { plain } from "../step.ts";

export const schemas: Maker = {
  create(id, making) {
    const { owner } = making.expected.get("schemas", id);
    return [...plain(`create schema if not exists ${id}`), ...owned("schema", id, owner, making)];
  },
  drop: (id) => plain(`drop schema if exists ${id}`),
  alter: (id, _differences, making) => [given("schema", id, making.expected.get("schemas", id).owner, making)],
};

export const extensions: Maker = {
  create(id, { expected }) {
    return plain(`create extension if not exists ${id} with schema ${quoted(expected.get("extensions", id).schema)}`);
  },
  drop: (id) => [{ sql: `drop extension if exists ${id}`, destructive: "it drops all that the extension brought" }],
  alter(id, differences, { expected }) {
    const { schema, version } = expected.get("extensions", id);
    const changed = byProperty(differences);
    return plain(
      ...(changed.has("in schema") ? [`alter extension ${id} set schema ${quoted(schema)}`] : []),
      ...(changed.has("version") ? [`alter extension ${id} update to '${version}'`] : []),
    );
  },
};
