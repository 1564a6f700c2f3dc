import type { Comment } from "../../catalog/comments.ts";
import { literal } from "../../postgres/identifier.ts";
import type { ObjectRepair } from "../repair-context.ts";
import { bySuperuser, type Statement } from "../step.ts";

/** The object types of `pg_identify_object` that have another name in `comment on`. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  "table column": "column",
  "foreign table column": "column",
  "view column": "column",
  "materialized view column": "column",
  "composite type column": "column",
  "table constraint": "constraint",
  "statistics object": "statistics",
  "foreign-data wrapper": "foreign data wrapper",
};

function comment({ on, name }: Comment, text: string | undefined): readonly Statement[] {
  const [, constraint, domain] = on === "domain constraint" ? (/^(.*) on (.*)$/s.exec(name) ?? []) : [];
  const target = constraint === undefined ? `${TYPE_NAMES[on] ?? on} ${name}` : `constraint ${constraint} on domain ${domain}`;
  const statement = `comment on ${target} is ${text === undefined ? "null" : literal(text)}`;
  return [on === "extension" ? bySuperuser({ statement }) : { sql: statement }];
}

export const comments: ObjectRepair = {
  create(id, { expected }) {
    const found = expected.get("comments", id);
    return comment(found, found.text);
  },
  drop: (id, { actual }) => comment(actual.get("comments", id), undefined),
  alter(id, _differences, { expected }) {
    const found = expected.get("comments", id);
    return comment(found, found.text);
  },
};
