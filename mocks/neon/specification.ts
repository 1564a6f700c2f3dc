import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";
import type { Reply } from "./reply.ts";

/** Returns how a reply contradicts Neon's OpenAPI text; empty if it does not, or if the text does not describe the reply. */
export type CheckReply = (method: string, route: string, reply: Reply) => readonly string[];

type Node = Readonly<Record<string, unknown>>;

/** Reads the OpenAPI text in the package `@neondatabase/api-client`. */
export async function loadSpecification(): Promise<CheckReply> {
  const require = createRequire(import.meta.url);
  const file = require.resolve("@neondatabase/api-client").replace(/(@neondatabase\/api-client\/).*$/, "$1public-v2-for-users.gen.yaml");
  const document = parse(await readFile(file, "utf8")) as Node;
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  const compiled = new Map<string, ValidateFunction | undefined>();
  return (method, route, reply) => {
    const operation = at(document, "paths", route, method.toLowerCase());
    if (operation === undefined) return [];
    const key = `${method} ${route} ${reply.status}`;
    if (!compiled.has(key)) {
      const schema = schemaOf(document, operation, reply.status);
      compiled.set(key, schema && ajv.compile({ ...schema, components: document["components"] }));
    }
    const validate = compiled.get(key);
    if (validate === undefined)
      return reply.body === undefined ? [] : [`${key}: the reply has a body, but the specification describes none`];
    if (validate(reply.body)) return [];
    return (validate.errors ?? []).map((error) => `${key}: ${error.instancePath} ${error.message}`);
  };
}

function schemaOf(document: Node, operation: Node, status: number): Node | undefined {
  const response = at(operation, "responses", String(status)) ?? at(operation, "responses", "default");
  return at(follow(document, response), "content", "application/json", "schema");
}

function follow(document: Node, node: Node | undefined): Node | undefined {
  const reference = node?.["$ref"];
  return typeof reference === "string" ? at(document, ...reference.slice(2).split("/")) : node;
}

function at(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  return path.reduce<Node | undefined>((current, name) => current?.[name] as Node | undefined, node);
}
