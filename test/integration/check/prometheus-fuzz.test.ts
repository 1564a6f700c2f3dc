// @module-tag proof
import { expect, test } from "vitest";
import { scrapeWithPrometheus } from "../../support/prometheus.ts";
import { differences } from "./prometheus-verdicts.ts";
import { mutants } from "./prometheus-cases.ts";

// More answers than `prometheus.test.ts` has, in parts that one Prometheus scrapes in time. Its version 2 reads no quoted
// names (UTF-8), so that no outside judge decides about those: their cases are a table from the documentation.

const PARTS = 8;
const PART = 575;

test.each(Array.from({ length: PARTS }, (_, at) => at + 101))(
  `${PART} answers with random changes get the verdict of Prometheus (seed %i)`,
  { timeout: 180_000 },
  async (seed) => {
    const answers = mutants(PART, seed);
    const errors = await scrapeWithPrometheus(answers);
    if (errors === undefined) return;
    expect(differences(answers, errors)).toEqual([]);
    const accepted = errors.filter((error) => error === "").length;
    expect(Math.min(accepted, errors.length - accepted)).toBeGreaterThan(50);
  },
);
