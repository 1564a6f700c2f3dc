import { mkdir, writeFile } from "node:fs/promises";
import { jsonSchema } from "../../src/config/json-schema.ts";

/** Writes `schema/offshoot.schema.json`; run it with tsx after a change to the settings. */
const folder = new URL("../../schema/", import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL("offshoot.schema.json", folder), `${JSON.stringify(jsonSchema(), undefined, 2)}\n`);
