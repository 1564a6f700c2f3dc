import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Neon's OpenAPI text, in the package `@neondatabase/api-client`. */
export function specificationFile(): string {
  const require = createRequire(import.meta.url);
  return require.resolve("@neondatabase/api-client").replace(/(@neondatabase\/api-client\/).*$/, "$1public-v2-for-users.gen.yaml");
}

/**
 * The operations that Neon's OpenAPI text describes, such as `GET /projects/{project_id}`. Only the indentation of the text
 * is read, because a parser takes a second for it and every mock needs the list.
 */
export function documentedOperations(): readonly string[] {
  const operations: string[] = [];
  let section = "";
  let path = "";
  for (const line of readFileSync(specificationFile(), "utf8").split("\n")) {
    section = /^(\w+):/.exec(line)?.[1] ?? section;
    if (section !== "paths") continue;
    path = /^ {2}(\/\S*):/.exec(line)?.[1] ?? path;
    const method = /^ {4}(get|post|put|patch|delete):/.exec(line)?.[1];
    if (method !== undefined) operations.push(`${method.toUpperCase()} ${path}`);
  }
  return operations;
}
