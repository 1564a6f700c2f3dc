import type { Grant } from "../../catalog/grants.ts";
import type { Lookup } from "../../catalog/lookup.ts";
import { keyOfName } from "../pattern.ts";
import { grantsByRole } from "../rules/spec/comments-and-grants.ts";

/** A mapping in the spec file. */
export type YamlObject = Readonly<Record<string, unknown>>;

/** A section with an entry for each object, by its name. Without objects, there is no section. */
export function section<A extends { readonly name: string }>(
  key: string,
  objects: readonly A[],
  write: (object: A) => unknown,
): YamlObject {
  return objects.length === 0 ? {} : { [key]: Object.fromEntries(objects.map((object) => [keyOfName(object.name), write(object)])) };
}

/** An entry in its shortest form: only the value, or a mapping with the value under `key` when it has other properties. */
export function shortestForm(value: unknown, key: string, others: YamlObject): unknown {
  return isNotEmpty(others) ? { [key]: value, ...others } : value;
}

export function isNotEmpty(properties: YamlObject): boolean {
  return Object.keys(properties).length > 0;
}

/** An object that can have grants. */
export interface Grantable {
  readonly on: Grant["on"];
  readonly id: string;
  /** The names that `pg_identify_object` can give it. */
  readonly identities: readonly string[];
}

/** The comment and the grants of an object. Default grants of Postgres are left out. */
export function commentAndGrants(found: Lookup, { on, id, identities }: Grantable): YamlObject {
  const rights = found.rightsOn(on, id);
  return {
    ...commentOn(found, ...identities),
    ...(rights.join() === defaultRights(on, id) ? {} : { grants: grantsByRole(rights) }),
  };
}

/** By default, all roles can execute every function and use the schema `public`. */
function defaultRights(on: Grant["on"], id: string): string {
  if (on === "routine") return "public=EXECUTE";
  return on === "schema" && id === "public" ? "public=USAGE" : "";
}

export function commentOn(found: Lookup, ...identities: readonly string[]): YamlObject {
  return withoutUndefined({ comment: found.commentOn(identities) });
}

export function commentAndGrantsOfType(found: Lookup, id: string): YamlObject {
  return commentAndGrants(found, { on: "type", id, identities: [`type ${id}`, `domain ${id}`] });
}

export function withoutUndefined(properties: YamlObject): YamlObject {
  return withoutDefault(undefined, properties);
}

/** The properties that differ from a default value. */
export function withoutDefault(defaultValue: unknown, properties: YamlObject): YamlObject {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== defaultValue));
}
