import * as z from "zod";
import { isDay } from "../day.ts";
import { FIELDS, fieldAt, keysBelow } from "./fields.ts";
import type { Field } from "./field.ts";
import type { Path } from "./fields.ts";
import { VALUE_FORMATS } from "./value-formats.ts";
import type { ValueKind } from "./kind-values.ts";
import {
  NEON_SSL_MODES,
  NORMALISATION_CHOICES,
  OUTBOUND_MODES,
  POSTGRES_MAJORS,
  PROVIDER_CHOICES,
  REQUIRED_STEP_CHOICES,
  TOOL_CHOICES,
} from "./settings.ts";
import { hasMask, type MaskingRule, MOST_RULES, PLACE } from "../masking-rule.ts";
import { hasCondition, MATCH, REPOSITORY, SHORTEST, type WrittenRule } from "./sweep-rule.ts";
import { DAY_ONLY, isLimit, LIMIT, LIMIT_KEYS, TABLE, hasLimit } from "./table-limits.ts";
import { BYTES, DATABASE_NAME, DURATION, hasHost, IMAGE, isBetween, isEncoded, LINE, LSN, MOST_STEPS, VARIABLE } from "./wrong-part.ts";

const line = z.string().regex(LINE);
const provider = z.enum(PROVIDER_CHOICES);

const KIND_SCHEMAS: Readonly<Record<ValueKind, (field: Field) => z.ZodType>> = {
  provider: () =>
    z.union([
      z.enum(["auto", ...PROVIDER_CHOICES]),
      z
        .array(provider)
        .min(1)
        .refine((names) => new Set(names).size === names.length)
        .meta({ uniqueItems: true }),
    ]),
  neonSslMode: () => z.enum(NEON_SSL_MODES),
  scope: () => z.enum(["run", "pull-request"]),
  severity: () => z.enum(["error", "warning", "info"]),
  fence: () => z.enum(["auto", "require", "off"]),
  outbound: () => z.enum(OUTBOUND_MODES),
  tool: () => z.enum(TOOL_CHOICES),
  duration: ({ min = "1ms", max }) =>
    z
      .string()
      .regex(DURATION)
      .refine((text) => isBetween(text, min, max)),
  major: () => z.literal(POSTGRES_MAJORS),
  boolean: () => z.boolean(),
  size: () => z.number().min(0.25),
  count: () => z.int().min(0),
  bytes: () => z.string().regex(BYTES),
  text: () => line,
  command: () =>
    z
      .string()
      .regex(/\S/)
      .refine((text) => !text.includes("\0")),
  path: () => line,
  image: () => z.string().regex(IMAGE),
  moment: () => z.union([z.iso.datetime({ offset: true }), z.string().regex(LSN)]),
  databaseName: () => z.string().regex(DATABASE_NAME),
  apiUrl: () =>
    z
      .string()
      .regex(/^https?:\/\//)
      .refine((text) => hasHost(text)),
  postgresUrl: () =>
    z
      .string()
      .regex(/^postgres(ql)?:\/\//)
      .refine((text) => hasHost(text) && isEncoded(text)),
  list: () => z.union([line, z.array(line)]),
  normalisations: () => z.union([z.enum(NORMALISATION_CHOICES), z.array(z.enum(NORMALISATION_CHOICES))]),
  requiredSteps: () => z.union([z.enum(REQUIRED_STEP_CHOICES), z.array(z.enum(REQUIRED_STEP_CHOICES))]),
  sweepRules: () => z.array(sweepRule()),
  maskingRules: () => z.array(maskingRule()).max(MOST_RULES),
  limit: () => limit(),
  limitSeverities: () => z.partialRecord(z.enum(LIMIT_KEYS), z.enum(["error", "warning", "info"])),
  tableLimits: () => z.record(z.string().regex(TABLE), tableLimits()),
  variables: () =>
    z.record(
      z.string().regex(VARIABLE),
      z.string().refine((text) => !text.includes("\0")),
    ),
  steps: () =>
    z
      .array(z.union([toolStep(), commandStep()]))
      .min(1)
      .max(MOST_STEPS),
};

function limit(): z.ZodType {
  return z
    .string()
    .regex(LIMIT)
    .refine((text) => isLimit(text));
}

function tableLimits(): z.ZodType {
  return z
    .strictObject({
      blockedReads: limit().optional(),
      blockedWrites: limit().optional(),
      rewrite: z.string().regex(BYTES).optional(),
      reason: line,
      until: z
        .string()
        .regex(DAY_ONLY)
        .refine((text) => isDay(text))
        .optional(),
    })
    .refine((limits) => hasLimit(limits));
}

function sweepRule(): z.ZodType {
  const duration = KIND_SCHEMAS.duration({ path: "", kind: "duration", min: SHORTEST, description: "" });
  return z
    .strictObject({
      match: z.string().regex(MATCH),
      closed: z.boolean().optional(),
      repository: z.string().regex(REPOSITORY).optional(),
      olderThan: duration.optional(),
      expireIn: duration.optional(),
      reason: line,
    })
    .refine((rule) => hasCondition(rule as unknown as WrittenRule));
}

function maskingRule(): z.ZodType {
  const place = Object.fromEntries(PLACE.map((key) => [key, line]));
  return z
    .strictObject({ ...place, masking_function: line.optional(), masking_value: z.string().optional() })
    .refine((rule) => hasMask(rule as unknown as MaskingRule));
}

/** What a step has in any case. The keys have the meaning of the settings with these names. */
function stepKeys(): Record<string, z.ZodType> {
  return { name: optional("text"), files: optional("list"), env: optional("variables"), directory: optional("path") };
}

function optional(kind: ValueKind): z.ZodType {
  return KIND_SCHEMAS[kind]({ path: "", kind, description: "" }).optional();
}

function toolStep(): z.ZodType {
  const irreversible = z.union([line, z.array(line)]).optional();
  return z.strictObject({ ...stepKeys(), tool: z.enum(TOOL_CHOICES).exclude(["none"]).optional(), folder: line.optional(), irreversible });
}

function commandStep(): z.ZodType {
  const command = KIND_SCHEMAS.command({ path: "", kind: "command", description: "" });
  return z.strictObject({ ...stepKeys(), command, seed: z.enum(["once", "repeatable"]).optional() });
}

const LEAVES = new Map<string, z.ZodType>(FIELDS.map((field: Field) => [field.path, KIND_SCHEMAS[field.kind](field).meta(notes(field))]));

/** The schema of the value of one setting, in the form used in the file. `wrongPart` accepts the same values without a library. */
export function settingSchema(path: Path): z.ZodType {
  const leaf = LEAVES.get(path);
  if (leaf === undefined) throw new TypeError(`no schema for ${path}`);
  return leaf;
}

/** The schema of the whole file. Every key is optional, other keys are not allowed, and a section can be empty. */
export function fileSchema(): z.ZodType {
  return sectionSchema("");
}

/** The JSON Schema of `offshoot.yaml` for editors (draft 7). It is published as `schema/offshoot.schema.json`. */
export function jsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema(), { target: "draft-7" });
  return {
    $schema,
    title: "offshoot.yaml",
    description: "Configuration of offshoot: a new, migrated and audited Postgres for every CI run.",
    ...schema,
  };
}

/** The description and default that editors show for a key. */
function notes(field: Field): { description: string; default?: unknown } {
  if (field.default === undefined) return { description: field.description };
  return { description: field.description, default: VALUE_FORMATS[field.kind].fromText?.(field.default) ?? field.default };
}

function sectionSchema(section: string): z.ZodType {
  const entries = keysBelow(section).map((path) => [
    path.slice(section === "" ? 0 : section.length + 1),
    (LEAVES.get(path) ?? belowOrShort(path)).optional(),
  ]);
  return z.strictObject(Object.fromEntries(entries) as Record<string, z.ZodType>);
}

/** A section, or a value if the name of the section is the short form of a setting. */
function belowOrShort(section: string): z.ZodType {
  const short = fieldAt(section);
  return short === undefined ? sectionSchema(section).nullable() : z.union([sectionSchema(section).nullable(), settingSchema(short.path)]);
}
