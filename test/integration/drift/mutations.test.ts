// @module-tag proof
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawFrom } from "../../mutation/draw.ts";
import { held, unheld } from "../../mutation/held.ts";
import { type Template, prepareTemplate } from "../../mutation/template.ts";
import { kindsFor } from "../../mutation/kinds.ts";
import { withWorkCopy, tryMutation } from "../../mutation/try.ts";
import { startServer, type TestServer } from "../../support/server.ts";

let server: TestServer;
let template: Template;

beforeAll(async () => {
  server = await startServer();
  template = await prepareTemplate(server.url, { rows: true });
});

afterAll(() => server.stop());

test("a seed always gives the same statement, and consecutive seeds give all kinds and properties", () => {
  const kinds = Object.keys(kindsFor(template.catalog.server.major));
  const drawn = kinds.map((_, seed) => drawFrom(seed, template.catalog));
  expect(drawn.map(({ name }) => name).toSorted()).toEqual(kinds.toSorted());
  const again = drawn.map((_, seed) => drawFrom(seed, template.catalog).next().sql);
  expect(drawn.map((each) => each.next().sql)).toEqual(again);
});

test("the number of kinds of changes does not fall, and the kinds that are not repaired exist", () => {
  for (const [major, before] of Object.entries(held)) {
    const kinds = Object.keys(kindsFor(Number(major)));
    expect(unheld(before, { kinds: kinds.length, notRepaired: before.notRepaired ?? [] })).toEqual([]);
    expect((before.notRepaired ?? []).filter((name) => !kinds.includes(name))).toEqual([]);
  }
  expect(unheld({ kinds: 2, notRepaired: ["a"] }, { kinds: 1, notRepaired: ["a", "b"] })).toHaveLength(2);
});

test("random changes are found, and repaired or reported", { timeout: 240_000 }, async () => {
  const seeds = Array.from({ length: 30 }, (_, place) => 5000 + place);
  const wrong: string[] = [];
  await withWorkCopy(template, async (session) => {
    for (const seed of seeds) {
      const tried = await tryMutation(template, session, seed);
      const faults = [...tried.wrong, ...(tried.repair.kind === "wrong" ? tried.repair.why : [])];
      if (faults.length > 0) wrong.push(`seed ${seed}: ${tried.sql}: ${faults.join("; ")}`);
    }
  });
  expect(wrong).toEqual([]);
});
