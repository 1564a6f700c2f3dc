import type { Severity } from "../findings/finding.ts";
import type { RehearsalCode } from "./facts.ts";

interface Code {
  readonly severity: Severity;
  readonly title: string;
}

/** The severity and the title of each finding of a rehearsal. */
export const CODES: Readonly<Record<RehearsalCode, Code>> = {
  "reads-blocked": { severity: "error", title: "A migration blocks the readers of a table" },
  "writes-blocked": { severity: "error", title: "A migration blocks the writers of a table" },
  "rows-locked": { severity: "warning", title: "A migration locks many rows for a long time" },
  "table-rewritten": { severity: "error", title: "A migration writes a large table again" },
  "rows-missing": { severity: "error", title: "A table has no rows in the copy" },
  "parts-missing": { severity: "error", title: "A table is not complete in the copy" },
  "migration-slow": { severity: "error", title: "The migrations take too long" },
  "fails-on-data": { severity: "error", title: "A migration fails on rows that exist" },
  "fails-by-timeout": {
    severity: "error",
    title: "A migration fails because of a time limit of its role",
  },
  "migration-fails": { severity: "error", title: "A migration fails" },
  "not-rehearsed": { severity: "error", title: "A migration cannot run in the copy" },
  "exception-expired": { severity: "warning", title: "An exception for a table has expired" },
  "exception-unmatched": { severity: "warning", title: "An exception is for a table that does not exist" },
  "traffic-fails": {
    severity: "error",
    title: "A statement of the traffic fails since the migrations",
  },
  "traffic-waits": { severity: "info", title: "How long the traffic waited" },
  "lock-without-timeout": {
    severity: "info",
    title: "A strong lock is requested without a lock timeout",
  },
};
