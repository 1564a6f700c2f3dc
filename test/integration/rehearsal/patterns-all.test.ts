// @module-tag proof
import { beforeAll, describe, expect, test } from "vitest";
import { findMajor } from "../../support/majors.ts";
import { PATTERNS } from "../../support/rehearsal/patterns.ts";
import { play, prepareStage, type Stage, verdictOf } from "../../support/rehearsal/play.ts";
import { sharedServer } from "../../support/shared-server.ts";

const MAJORS = await Promise.all([14, 15, 16, 17, 18].map(async (major) => [major, await findMajor(major)] as const));
const ROWS = 50_000;

test("there are at least 60 patterns, each with a name of its own", () => {
  expect(new Set(PATTERNS.map(({ name }) => name)).size).toBe(PATTERNS.length);
  expect(PATTERNS.length).toBeGreaterThanOrEqual(60);
});

describe.each(MAJORS.filter(([, binaries]) => binaries !== undefined))("PostgreSQL %i", (major, binaries) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await prepareStage((await sharedServer(major === 18 ? undefined : binaries)).url, ROWS);
  });

  test.each(PATTERNS.filter(({ since = 14 }) => since <= major).map((pattern) => [pattern.name, pattern] as const))(
    "%s takes the lock of the documentation",
    async (_, pattern) => {
      const { lock, rewrites = false, blocksReaders = lock === "ACCESS EXCLUSIVE" } = pattern;
      const played = await play(stage, pattern);
      expect(verdictOf(pattern, played)).toEqual({ lock, rewrites });
      expect((played.table?.blockedReadsMs ?? 0) > 0).toBe(blocksReaders);
    },
  );
});
