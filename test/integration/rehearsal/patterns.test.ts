import { beforeAll, expect, inject, test } from "vitest";
import { PATTERNS } from "../../support/rehearsal/patterns.ts";
import { play, prepareStage, type Stage } from "../../support/rehearsal/play.ts";
import { documentedVerdict, measuredVerdict } from "../../support/rehearsal/verdict.ts";

/** One of each kind. The long proof plays all of them on each major version. */
const SOME = [
  "add a column with a volatile default",
  "set not null",
  "add a foreign key",
  "create an index concurrently",
  "reindex an index",
  "comment on a table",
  "grant",
];
const ROWS = 50_000;

let stage: Stage;
beforeAll(async () => {
  stage = await prepareStage(inject("serverUrl"), ROWS);
});

test.each(PATTERNS.filter(({ name }) => SOME.includes(name)).map((pattern) => [pattern.name, pattern] as const))(
  "%s does what the documentation says",
  async (_, pattern) => {
    expect(measuredVerdict(pattern, await play(stage, pattern))).toEqual(documentedVerdict(pattern));
  },
);
