import type { Comment } from "../../catalog/comments.ts";
import { literal } from "../../postgres/identifier.ts";
import type { ObjectRepair } from "../repair-context.ts";
import { toStatements } from "../step.ts";

/** The object types of `pg_identify_object` that have another name in `comment on`. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  "table column": "column",
  "foreign table column": "column",
  "view column": "column",
  "materialized view column": "column",
  "composite type column": "column",
  "table constraint": "constraint",
  "statistics object": "statistics",
};

function comment({ on, name }: Comment, text: string | undefined): string {
  const [, constraint, domain] = on === "domain constraint" ? (/^(.*) on (.*)$/s.exec(name) ?? []) : [];
  const target = constraint === undefined ? `${TYPE_NAMES[on] ?? on} ${name}` : `constraint ${constraint} on domain ${domain}`;
  return `comment on ${target} is ${text === undefined ? "null" : literal(text)}`;
}

export const comments: ObjectRepair = {
  create(id, { expected }) {
    const found = expected.get("comments", id);
    return toStatements(comment(found, found.text));
  },
  drop: (id, { actual }) => toStatements(comment(actual.get("comments", id), undefined)),
  alter(id, _differences, { expected }) {
    const found = expected.get("comments", id);
    return toStatements(comment(found, found.text));
  },
};
