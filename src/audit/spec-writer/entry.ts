import type { Grant } from "../../catalog/grants.ts";
import { grantsByRole } from "../rules/spec/comments-and-grants.ts";
import type { Lookup } from "../../catalog/lookup.ts";

/** A part of the spec file, as YAML will write it. */
export type YamlObject = Readonly<Record<string, unknown>>;

/** What a single value says, and with it, where there is more to say, comment and grants. */
export function shortestForm(value: unknown, key: string, known: YamlObject): unknown {
  return isNotEmpty(known) ? { [key]: value, ...known } : value;
}

/** Whether there is anything to say. */
export function isNotEmpty(known: YamlObject): boolean {
  return Object.keys(known).length > 0;
}

/** An object that has rights: how the catalog knows it, and what `pg_identify_object` may call it. */
export interface Grantable {
  readonly on: Grant["on"];
  readonly id: string;
  readonly identities: readonly string[];
}

/** Comment and grants, where an object has them; the grants that Postgres gives by itself are left out. */
export function commentAndGrants(found: Lookup, { on, id, identities }: Grantable): YamlObject {
  const rights = found.rightsOn(on, id);
  return {
    ...withoutUndefined({ comment: found.commentOn(identities) }),
    ...(rights.join() === defaultRights(on, id) ? {} : { grants: grantsByRole(rights) }),
  };
}

/** Every function may be executed by everybody, and the schema `public` used, until someone revokes that. */
function defaultRights(on: Grant["on"], id: string): string {
  if (on === "routine") return "public=EXECUTE";
  return on === "schema" && id === "public" ? "public=USAGE" : "";
}

/** A comment on what has no rights of its own. */
export function commentOn(found: Lookup, ...identities: readonly string[]): YamlObject {
  return withoutUndefined({ comment: found.commentOn(identities) });
}

/** Comment and grants of a type. */
export function commentAndGrantsOfType(found: Lookup, id: string): YamlObject {
  return commentAndGrants(found, { on: "type", id, identities: [`type ${id}`, `domain ${id}`] });
}

/** The properties that are there. */
export function withoutUndefined(properties: YamlObject): YamlObject {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}

/** A property, unless it is plain. */
export function withoutDefault(plain: unknown, properties: YamlObject): YamlObject {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== plain));
}
