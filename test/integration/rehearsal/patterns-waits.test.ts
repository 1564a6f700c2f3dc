// @module-tag proof
import { beforeAll, expect, inject, test } from "vitest";
import { PATTERNS } from "../../support/rehearsal/patterns.ts";
import { play, prepareStage, type Stage } from "../../support/rehearsal/play.ts";
import { isNear } from "../../support/waiting-client.ts";

const ROWS = 1_000_000;

let stage: Stage;
beforeAll(async () => {
  stage = await prepareStage(inject("serverUrl"), ROWS);
});

test.each(PATTERNS.filter(({ isSlow }) => isSlow === true).map((pattern) => [pattern.name, pattern] as const))(
  "%s blocks a million rows for as long as a client really waits",
  async (_, pattern) => {
    const { table, waits = { readMs: 0, writeMs: 0, noiseMs: 0 } } = await play(stage, pattern, true);
    const { blockedReadsMs = 0, blockedWritesMs = 0 } = table ?? {};
    process.stderr.write(
      `${pattern.name}: readers ${blockedReadsMs} measured, ${Math.round(waits.readMs)} real; writers ${blockedWritesMs}, ${Math.round(waits.writeMs)}; noise ${Math.round(waits.noiseMs)} ms\n`,
    );
    expect({ blockedReadsMs, waits, isNear: isNear(blockedReadsMs, waits.readMs, waits) }).toMatchObject({ isNear: true });
    expect({ blockedWritesMs, waits, isNear: isNear(blockedWritesMs, waits.writeMs, waits) }).toMatchObject({ isNear: true });
  },
);
