import { redact } from "../redact.ts";
import type { Change } from "./change.ts";

/**
 * A line that connects to a server: a URL, a key, or connection parameters of libpq. Only in such a line is `password =`
 * followed by a secret. In other lines it compares columns, and the diff must show that.
 */
const CONNECTION = /:\/\/|\bnapi_|\bbearer\s|\b(?:host|hostaddr|dbname|user|port)\s*[=']/i;

/** Removes passwords that definitions can contain, such as those of foreign tables and calls of dblink. */
export function redactChanges(changes: readonly Change[]): readonly Change[] {
  return changes.map((change) => ({
    ...change,
    detail: redactConnections(change.detail),
    differences: change.differences.map(({ property, expected, actual }) => ({
      property,
      expected: redactOptional(expected),
      actual: redactOptional(actual),
    })),
    ...(change.definition === undefined
      ? {}
      : { definition: { expected: redactOptional(change.definition.expected), actual: redactOptional(change.definition.actual) } }),
  }));
}

function redactOptional(text: string | undefined): string | undefined {
  return text === undefined ? undefined : redactConnections(text);
}

function redactConnections(text: string): string {
  return text
    .split("\n")
    .map((line) => (CONNECTION.test(line) ? redact(line) : line))
    .join("\n");
}
