import { mkdir, writeFile } from "node:fs/promises";
import { baselineJsonSchema } from "../../src/audit/baseline/file-schema.ts";
import { specJsonSchema } from "../../src/audit/spec/file-schema.ts";
import { jsonSchema } from "../../src/config/schema.ts";
import { trafficJsonSchema } from "../../src/rehearsal/traffic/file-schema.ts";
import { rehearsalJsonSchema } from "./rehearsal-schema.ts";

/** Writes the JSON Schemas of `offshoot.yaml`, the spec, the baseline, the traffic and the result of a rehearsal. Run it with tsx after a change of the settings or the spec. */
const folder = new URL("../../schema/", import.meta.url);
await mkdir(folder, { recursive: true });
const schemas = {
  "offshoot.schema.json": jsonSchema(),
  "schema.audit.schema.json": specJsonSchema(),
  "audit.baseline.schema.json": baselineJsonSchema(),
  "traffic.schema.json": trafficJsonSchema(),
};
for (const [name, schema] of Object.entries(schemas)) {
  await writeFile(new URL(name, folder), `${JSON.stringify(schema, undefined, 2)}\n`);
}
await writeFile(new URL("rehearsal.schema.json", folder), rehearsalJsonSchema());
