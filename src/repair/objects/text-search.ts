import type { TextSearchConfiguration } from "../../catalog/operators.ts";
import { literal } from "../../postgres/identifier.ts";
import type { ObjectRepair } from "../repair-context.ts";
import { guarded, toStatements } from "../step.ts";

/** The token types of the default parser, the only one in Postgres, starting at number 1 (`ts_token_type('default')`). */
const TOKENS = `asciiword word numword email url host sfloat version hword_numpart hword_part hword_asciipart blank tag protocol numhword
  asciihword hword url_path file float int uint entity`.split(/\s+/);

type Mapping = ReadonlyMap<string, string>;

function mappingOf({ mappings }: TextSearchConfiguration): Mapping {
  const lists = new Map<string, string>();
  for (const [token, dictionary] of mappings) {
    const name = TOKENS[token - 1] ?? String(token);
    const known = lists.get(name);
    lists.set(name, known === undefined ? dictionary : `${known}, ${dictionary}`);
  }
  return lists;
}

function remapped(id: string, from: Mapping, to: Mapping): readonly string[] {
  const alter = `alter text search configuration ${id}`;
  const surplus = [...from].filter(([token]) => !to.has(token)).map(([token]) => `${alter} drop mapping if exists for ${token}`);
  const wrong = [...to].filter(([token, list]) => from.get(token) !== list);
  return [
    ...surplus,
    ...wrong.flatMap(([token, list]) => [`${alter} drop mapping if exists for ${token}`, `${alter} add mapping for ${token} with ${list}`]),
  ];
}

export const textSearchConfigurations: ObjectRepair = {
  create(id, { expected }) {
    const missing = `not exists (select from pg_catalog.pg_ts_config where oid::regconfig::text = ${literal(id)})`;
    const create = guarded(missing, `create text search configuration ${id} (parser = pg_catalog."default")`);
    return toStatements(create, ...remapped(id, new Map(), mappingOf(expected.get("textSearchConfigurations", id))));
  },
  drop: (id) => toStatements(`drop text search configuration if exists ${id}`),
  alter(id, _differences, { expected, actual }) {
    const found = mappingOf(actual.get("textSearchConfigurations", id));
    return toStatements(...remapped(id, found, mappingOf(expected.get("textSearchConfigurations", id))));
  },
};
