import { mkdir, writeFile } from "node:fs/promises";
import { specJsonSchema } from "../../src/audit/spec/file-schema.ts";
import { jsonSchema } from "../../src/config/schema.ts";

/** Writes the JSON Schemas of `offshoot.yaml` and of the spec. Run it with tsx after a change of the settings or the spec. */
const folder = new URL("../../schema/", import.meta.url);
await mkdir(folder, { recursive: true });
const schemas = { "offshoot.schema.json": jsonSchema(), "schema.audit.schema.json": specJsonSchema() };
for (const [name, schema] of Object.entries(schemas)) {
  await writeFile(new URL(name, folder), `${JSON.stringify(schema, undefined, 2)}\n`);
}
