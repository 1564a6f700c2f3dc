import * as z from "zod";
import { SEVERITIES, type Severity } from "../../findings/finding.ts";
import { CODES } from "../codes.ts";
import type { AuditCode } from "../facts.ts";
import { strict } from "../../schema-problems.ts";
import { isDay } from "../../day.ts";
import { words } from "../spec/object-schemas.ts";

const DAY = "must be a day such as 2026-11-30";
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, DAY)
  .refine((text) => isDay(text), DAY);

const accepted = strict({
  object: words,
  kind: words,
  code: z.enum(Object.keys(CODES) as [AuditCode, ...AuditCode[]]),
  detail: words.optional(),
  severity: z.enum(SEVERITIES as [Severity, ...Severity[]]),
  since: day,
  reason: words,
});

/** The content of a baseline file. */
export const baselineFileSchema = strict({ version: z.literal([1, "1"]), accepted: z.array(accepted) });

/** The JSON Schema of the baseline, for editors. The package contains it as `schema/audit.baseline.schema.json`. */
export function baselineJsonSchema(): Record<string, unknown> {
  return {
    title: "audit.baseline.yaml",
    description: "The findings of `offshoot audit` that were accepted.",
    ...z.toJSONSchema(baselineFileSchema, { io: "input", reused: "ref" }),
  };
}
