import { mkdir, writeFile } from "node:fs/promises";
import { specJsonSchema } from "../../src/audit/spec/json-schema.ts";
import { jsonSchema } from "../../src/config/schema.ts";

/** Writes the JSON Schemas of both files; run it with tsx after a change to the settings or to the spec. */
const folder = new URL("../../schema/", import.meta.url);
await mkdir(folder, { recursive: true });
const schemas = { "offshoot.schema.json": jsonSchema(), "schema.audit.schema.json": specJsonSchema() };
for (const [name, schema] of Object.entries(schemas)) {
  await writeFile(new URL(name, folder), `${JSON.stringify(schema, undefined, 2)}\n`);
}
