import { readFile } from "node:fs/promises";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";
import type { Reply } from "./reply.ts";
import { specificationFile } from "./routes/documented.ts";

/** Returns how a reply contradicts Neon's OpenAPI text; empty if it does not, or if the text does not describe the reply. */
export type CheckReply = (method: string, route: string, reply: Reply) => readonly string[];

type Node = Readonly<Record<string, unknown>>;

/** The name of the OpenAPI document in references. */
const DOCUMENT = "neon";

/** Reads the OpenAPI text in the package `@neondatabase/api-client`. */
export async function loadSpecification(): Promise<CheckReply> {
  const document = parse(await readFile(specificationFile(), "utf8")) as Node;
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  // Schemas are referred to inside the document, so that what they share is compiled once.
  ajv.addSchema(document, DOCUMENT);
  const compiled = new Map<string, ValidateFunction | undefined>();
  return (method, route, reply) => {
    if (at(document, "paths", route, method.toLowerCase()) === undefined) return [];
    const key = `${method} ${route} ${reply.status}`;
    if (!compiled.has(key)) {
      const pointer = schemaPointer(document, ["paths", route, method.toLowerCase(), "responses"], reply.status);
      compiled.set(key, pointer === undefined ? undefined : ajv.compile({ $ref: `${DOCUMENT}#${pointer}` }));
    }
    const validate = compiled.get(key);
    if (validate === undefined)
      return reply.body === undefined ? [] : [`${key}: the reply has a body, but the specification describes none`];
    if (validate(reply.body)) return [];
    return (validate.errors ?? []).map((error) => `${key}: ${error.instancePath} ${error.message}`);
  };
}

/** The JSON pointer of the schema of a reply; undefined if the reply has no body. */
function schemaPointer(document: Node, responses: readonly string[], status: number): string | undefined {
  const key = at(document, ...responses, String(status)) === undefined ? "default" : String(status);
  const reference = at(document, ...responses, key)?.["$ref"];
  const response = typeof reference === "string" ? reference.slice(2).split("/") : [...responses, key];
  const path = [...response, "content", "application/json", "schema"];
  if (at(document, ...path) === undefined) return undefined;
  return path.map((name) => `/${encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"))}`).join("");
}

function at(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  return path.reduce<Node | undefined>((current, name) => current?.[name] as Node | undefined, node);
}
