import type { FindingSource, KindsOf } from "../findings/kind.ts";
import { CODES } from "./codes.ts";
import type { RehearsalCode, RehearsalFacts } from "./facts.ts";
import { MESSAGES } from "./messages.ts";

const KINDS = Object.fromEntries(
  (Object.keys(CODES) as RehearsalCode[]).map((code) => [
    code,
    { ...CODES[code], page: `docs/rehearsal.md#${code}`, message: MESSAGES[code] },
  ]),
) as unknown as KindsOf<RehearsalFacts>;

/** The findings of `offshoot rehearse`, for the reports. */
export const REHEARSAL: FindingSource = {
  command: "rehearse",
  subject: "rehearsal",
  passed: "The migrations stay within the limits",
  file: "offshoot.yaml",
  kinds: KINDS,
};
