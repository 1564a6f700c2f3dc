import { z } from "zod";
import { specFileSchema } from "./file-schema.ts";

/** The JSON Schema of the spec file, for editors: shipped as `schema/schema.audit.schema.json`. */
export function specJsonSchema(): Record<string, unknown> {
  return {
    title: "schema.audit.yaml",
    description: "What a database must be like, for offshoot audit.",
    ...z.toJSONSchema(specFileSchema, { io: "input", reused: "ref" }),
  };
}
