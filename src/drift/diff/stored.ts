import type { SchemaChange } from "./schema-change.ts";

/** More than this is not stored, and was not written by offshoot. In bytes of JSON. */
export const MOST_STORED_BYTES = 4 * 1024 * 1024;

const SORTS: readonly unknown[] = ["added", "changed", "removed"];

/** The changes of a schema from a table that others can write. Undefined if they are in another form. */
export function storedSchemaChanges(json: string): readonly SchemaChange[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  return Array.isArray(value) && value.every(isChange) ? value : undefined;
}

function isChange(value: unknown): value is SchemaChange {
  if (!isRecord(value)) return false;
  const { change, kind, object, detail, properties } = value;
  const isText = [kind, object, detail].every((each) => typeof each === "string");
  return SORTS.includes(change) && isText && Array.isArray(properties) && properties.every(isProperty);
}

function isProperty(value: unknown): boolean {
  if (!isRecord(value) || typeof value["property"] !== "string") return false;
  return [value["before"], value["after"]].every((each) => each === undefined || typeof each === "string");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
