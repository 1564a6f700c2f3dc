import type { FindingSource, KindsOf } from "../findings/kind.ts";
import { CODES } from "./codes.ts";
import type { CheckCode, CheckFacts } from "./facts.ts";
import { MESSAGES } from "./messages.ts";

const kinds = Object.fromEntries(
  (Object.keys(CODES) as CheckCode[]).map((code) => [code, { ...CODES[code], page: `docs/check.md#${code}`, message: MESSAGES[code] }]),
) as unknown as KindsOf<CheckFacts>;

/** The findings of each check, for the reports. */
export const CHECK_SOURCES = {
  "check metrics": {
    command: "check metrics",
    subject: "metrics",
    passed: "The endpoint has the expected metrics",
    file: "offshoot.yaml",
    kinds,
  },
  "check worker": {
    command: "check worker",
    subject: "worker",
    passed: "The worker runs as expected",
    file: "offshoot.yaml",
    kinds,
  },
  "check workflow": {
    command: "check workflow",
    subject: "workflows",
    passed: "The workflows have no known mistakes",
    file: ".github/workflows",
    kinds,
  },
} as const satisfies Readonly<Record<string, FindingSource>>;

export type CheckCommand = keyof typeof CHECK_SOURCES;
