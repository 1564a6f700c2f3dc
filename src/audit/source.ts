import type { FindingSource, KindsOf } from "../findings/kind.ts";
import { CODES } from "./codes.ts";
import type { AuditCode, AuditFacts } from "./facts.ts";
import { BUILT_IN_MESSAGES } from "./messages/built-in-rules.ts";
import { SPEC_MESSAGES } from "./messages/spec-rules.ts";

const MESSAGES = { ...SPEC_MESSAGES, ...BUILT_IN_MESSAGES };

/** Codes that only a spec can produce share one page, with a heading for each. */
const ON_SPEC_PAGE: ReadonlySet<AuditCode> = new Set<AuditCode>([
  "missing",
  "unexpected",
  "forbidden",
  "different",
  "version-different",
  "version-unreadable",
  "heads-different",
  "name-different",
  "postgres-different",
  "ignore-expired",
  "baseline-outdated",
]);

function pageOf(code: AuditCode): string {
  return ON_SPEC_PAGE.has(code) ? `docs/rules/spec.md#${code}` : `docs/rules/${code}.md`;
}

const KINDS = Object.fromEntries(
  (Object.keys(CODES) as AuditCode[]).map((code) => [code, { ...CODES[code], page: pageOf(code), message: MESSAGES[code] }]),
) as unknown as KindsOf<AuditFacts>;

/** The findings of `offshoot audit`, for the reports. */
export const AUDIT: FindingSource = {
  command: "audit",
  subject: "schema",
  passed: "The schema is as expected",
  file: "schema.audit.yaml",
  kinds: KINDS,
};
