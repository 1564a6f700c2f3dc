import { redact } from "../redact.ts";
import type { Change } from "./change.ts";

/**
 * A line that connects somewhere: a URL, a key, or the words of libpq. Only there is a `password =` a secret; elsewhere it
 * is a comparison of columns, which a diff has to show.
 */
const CONNECTS = /:\/\/|\bnapi_|\bbearer\s|\b(?:host|hostaddr|dbname|user|port)\s*[=']/i;

/** Changes without the passwords that definitions may hold, such as those of foreign tables and of calls to dblink. */
export function withoutLogins(changes: readonly Change[]): readonly Change[] {
  return changes.map((change) => ({
    ...change,
    detail: clean(change.detail),
    differences: change.differences.map(({ property, expected, actual }) => ({
      property,
      expected: cleanIf(expected),
      actual: cleanIf(actual),
    })),
    ...(change.definition === undefined
      ? {}
      : { definition: { expected: cleanIf(change.definition.expected), actual: cleanIf(change.definition.actual) } }),
  }));
}

function cleanIf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : clean(text);
}

function clean(text: string): string {
  return text
    .split("\n")
    .map((line) => (CONNECTS.test(line) ? redact(line) : line))
    .join("\n");
}
