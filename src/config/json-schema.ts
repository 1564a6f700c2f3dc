import * as z from "zod";
import { fileSchema } from "./schema.ts";

/** The JSON Schema of `offshoot.yaml`, as editors take it (draft 7). It is shipped as `schema/offshoot.schema.json`. */
export function jsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema(), { target: "draft-7" });
  return {
    $schema,
    title: "offshoot.yaml",
    description: "Configuration of offshoot: a fresh, migrated, audited Postgres for every CI run.",
    ...schema,
  };
}
