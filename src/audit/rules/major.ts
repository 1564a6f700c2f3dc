import { finding, type Check, type Subject } from "./rule.ts";

/** Postgres 16 and later leave out table names where 15 wrote them: texts of views and rules can't be compared across major versions. */
export function isOtherMajor({ spec, catalog }: Subject): boolean {
  return spec?.postgres !== undefined && spec.postgres !== catalog.server.major;
}

/** Says that views and rules were not compared by their texts. */
export const major: Check = (subject) =>
  isOtherMajor(subject)
    ? [
        finding(
          "postgres-different",
          { kind: "database", name: subject.catalog.server.database },
          { expected: String(subject.spec?.postgres), actual: String(subject.catalog.server.major) },
        ),
      ]
    : [];
