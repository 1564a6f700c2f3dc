import * as z from "zod";
import { parseDuration } from "../../duration.ts";
import { strict } from "../../schema-problems.ts";

/** The most of everything: a file has no use for more, and the copy's role has 40 connections. */
export const MOST = { statements: 100, values: 50, choices: 1000, sqlLength: 20_000, rate: 500, sessions: 20, waitMs: 300_000 } as const;

/** A value that `--propose-traffic` writes where a person has to fill one in. */
export const FILL_IN = "FILL_IN";

const line = z.string().regex(/^[^\p{Cc}]{1,120}$/u, "must be a text in one line, of at most 120 characters");
const sql = z.string().regex(/\S/, "must not be empty").max(MOST.sqlLength, `must have at most ${MOST.sqlLength} characters`);
/** The YAML reader keeps the text of numbers. */
const whole = (least: number, most: number): z.ZodType<number, string | number> =>
  z
    .union([z.string(), z.number()])
    .transform(Number)
    .refine((value) => Number.isSafeInteger(value) && value >= least && value <= most, `must be a whole number from ${least} to ${most}`);
const wait = z
  .string()
  .refine(
    (text) => text === "0s" || (parseDuration(text) ?? Infinity) <= MOST.waitMs,
    "must be a duration of at most 5m, such as 3s or 500ms",
  )
  .transform((text) => parseDuration(text) ?? 0);
const timeout = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, "must be a duration of more than 0, such as 30s")
  .transform((text) => parseDuration(text) ?? 0);

const scalar = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .transform((value) => (typeof value === "number" ? String(value) : value));
const constant = scalar.refine((value) => value !== FILL_IN, `must be filled in: write a value, between, oneOf or query`);
const value = z.union([
  constant,
  strict({ between: z.tuple([whole(-(2 ** 53), 2 ** 53), whole(-(2 ** 53), 2 ** 53)]) }),
  strict({ oneOf: z.array(constant).min(1, "must have a value").max(MOST.choices, `must have at most ${MOST.choices} values`) }),
  strict({ query: sql }),
]);

const statement = strict({
  name: line.optional(),
  sql,
  weight: whole(1, 1_000_000).optional(),
  values: z.array(value).max(MOST.values, `must have at most ${MOST.values} values`).optional(),
});

/** The content of a traffic file. */
export const trafficFileSchema = strict({
  version: z.literal([1, "1"]),
  rate: whole(1, MOST.rate).optional(),
  sessions: whole(1, MOST.sessions).optional(),
  before: wait.optional(),
  after: wait.optional(),
  timeout: timeout.optional(),
  statements: z.array(statement).min(1, "must have a statement").max(MOST.statements, `must have at most ${MOST.statements} statements`),
});

export type WrittenValue = z.output<typeof value>;

/** The JSON Schema of a traffic file, for editors. The package contains it as `schema/traffic.schema.json`. */
export function trafficJsonSchema(): Record<string, unknown> {
  return {
    title: "traffic.yaml",
    description: "What an application does with the database while `offshoot rehearse` runs the migrations.",
    ...z.toJSONSchema(trafficFileSchema, { io: "input", reused: "ref" }),
  };
}
