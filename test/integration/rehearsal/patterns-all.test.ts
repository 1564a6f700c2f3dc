// @module-tag proof
import { beforeAll, describe, expect, test } from "vitest";
import { findMajor, matrixMajors } from "../../support/majors.ts";
import { PATTERNS } from "../../support/rehearsal/patterns.ts";
import { play, prepareStage, type Stage } from "../../support/rehearsal/play.ts";
import { documentedVerdict, measuredVerdict } from "../../support/rehearsal/verdict.ts";
import { sharedServer } from "../../support/shared-server.ts";

const MAJORS = await Promise.all(matrixMajors().map(async (major) => [major, await findMajor(major)] as const));
/** `OFFSHOOT_PATTERN_ROWS=1000000` plays them on a million rows. */
const ROWS = Number(process.env["OFFSHOOT_PATTERN_ROWS"] ?? 50_000);
/** On a million rows, a rewrite takes a minute where the machine is busy. */
const LONGEST_MS = Math.max(120_000, ROWS);

test("there are at least 60 patterns, each with a name of its own", () => {
  expect(new Set(PATTERNS.map(({ name }) => name)).size).toBe(PATTERNS.length);
  expect(PATTERNS.length).toBeGreaterThanOrEqual(60);
});

describe.each(MAJORS.filter(([, binaries]) => binaries !== undefined))("PostgreSQL %i", (major, binaries) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await prepareStage((await sharedServer(major === 18 ? undefined : binaries)).url, ROWS);
  }, 600_000);

  test.each(PATTERNS.filter(({ since = 14 }) => since <= major).map((pattern) => [pattern.name, pattern] as const))(
    "%s does what the documentation says",
    async (_, pattern) => {
      const played = await play(stage, pattern);
      expect({ played, verdict: measuredVerdict(pattern, played) }).toMatchObject({ verdict: documentedVerdict(pattern) });
    },
    LONGEST_MS,
  );
});
