import { refused } from "./reply.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A JSON object; empty if it is missing. Every other value is a bad request. */
export function fields(value: unknown, name: string): Fields {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw refused(400, `${name} must be an object`);
  return value as Fields;
}

export function list(value: unknown, name: string): readonly Fields[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw refused(400, `${name} must be an array`);
  return value.map((entry, index) => fields(entry, `${name}[${index}]`));
}

/** A text of at most `max` characters; undefined if it is missing. */
export function text(of: Fields, name: string, max = 256): string | undefined {
  const value = of[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw refused(400, `${name} must be a string`);
  if (value === "" || value.length > max) throw refused(400, `${name} must be 1 to ${max} characters long`);
  return value;
}

export function requiredText(of: Fields, name: string, max?: number): string {
  const value = text(of, name, max);
  if (value === undefined) throw refused(400, `${name} is required`);
  return value;
}

export function number(of: Fields, name: string, min: number, max: number): number | undefined {
  const value = of[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || value < min || value > max) throw refused(400, `${name} must be a number from ${min} to ${max}`);
  return value;
}

export function boolean(of: Fields, name: string): boolean | undefined {
  const value = of[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw refused(400, `${name} must be a boolean`);
  return value;
}

/** An annotation: at most 50 string values (specification, AnnotationValueData). */
export function annotation(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return undefined;
  const entries = Object.entries(fields(value, "annotation_value"));
  if (entries.length > 50) throw refused(400, "annotation_value must have at most 50 properties");
  if (entries.some(([, entry]) => typeof entry !== "string")) throw refused(400, "annotation_value must hold strings");
  return Object.fromEntries(entries) as Record<string, string>;
}
