/** How one column is masked, with the keys of Neon's API (specification, MaskingRule). */
export interface MaskingRule {
  readonly database_name: string;
  readonly schema_name: string;
  readonly table_name: string;
  readonly column_name: string;
  /** A function of PostgreSQL Anonymizer, such as `anon.fake_email()`. */
  readonly masking_function?: string;
  /** A fixed value. */
  readonly masking_value?: string;
}

/** One request to Neon contains all rules. */
export const MOST_RULES = 1000;

/** The keys that each rule must have. */
export const PLACE = ["database_name", "schema_name", "table_name", "column_name"] as const;
const KEYS: ReadonlySet<string> = new Set([...PLACE, "masking_function", "masking_value"]);

/** A rule has either a function or a value. */
export function hasMask({ masking_function, masking_value }: Pick<MaskingRule, "masking_function" | "masking_value">): boolean {
  return (masking_function === undefined) !== (masking_value === undefined);
}

/** Accepts what the schema of `neon.maskingRules` accepts as an item. `line` is the pattern of that kind. */
export function isMaskingRule(rule: Readonly<Record<string, unknown>>, line: RegExp): boolean {
  const isLine = (value: unknown): boolean => typeof value === "string" && line.test(value);
  return (
    Object.keys(rule).every((key) => KEYS.has(key)) &&
    PLACE.every((key) => isLine(rule[key])) &&
    (rule["masking_function"] === undefined || isLine(rule["masking_function"])) &&
    (rule["masking_value"] === undefined || typeof rule["masking_value"] === "string") &&
    hasMask(rule)
  );
}
