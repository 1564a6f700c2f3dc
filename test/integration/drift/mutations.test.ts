import { afterAll, beforeAll, expect, test } from "vitest";
import { drawFrom } from "../../mutation/draw.ts";
import { type Ground, prepareGround } from "../../mutation/template.ts";
import { makersFor } from "../../mutation/kinds.ts";
import { onGround, tryMutation } from "../../mutation/try.ts";
import { startServer, type TestServer } from "../../support/server.ts";

let server: TestServer;
let ground: Ground;

beforeAll(async () => {
  server = await startServer();
  ground = await prepareGround(server.url, { rows: true });
});

afterAll(() => server.stop());

test("a seed stands for one statement, and seeds in a row for all kinds and properties", () => {
  const makers = Object.keys(makersFor(ground.catalog.server.major));
  const drawn = makers.map((_, seed) => drawFrom(seed, ground.catalog));
  expect(drawn.map(({ name }) => name).toSorted()).toEqual(makers.toSorted());
  const again = drawn.map((_, seed) => drawFrom(seed, ground.catalog).next().sql);
  expect(drawn.map((each) => each.next().sql)).toEqual(again);
});

test("random changes are found, and taken back or told", { timeout: 240_000 }, async () => {
  const seeds = Array.from({ length: 30 }, (_, place) => 5000 + place);
  const wrong: string[] = [];
  await onGround(ground, async (session) => {
    for (const seed of seeds) {
      const tried = await tryMutation(ground, session, seed);
      const faults = [...tried.wrong, ...(tried.repair.kind === "wrong" ? tried.repair.why : [])];
      if (faults.length > 0) wrong.push(`seed ${seed}: ${tried.sql}: ${faults.join("; ")}`);
    }
  });
  expect(wrong).toEqual([]);
});
