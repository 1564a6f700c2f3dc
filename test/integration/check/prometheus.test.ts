import { beforeAll, describe, expect, test } from "vitest";
import { scrapeWithPrometheus, type Served } from "../../support/prometheus.ts";
import { CASES, mutants } from "./prometheus-cases.ts";
import { differences, ours } from "./prometheus-verdicts.ts";
import { skipThisTest } from "../../support/require.ts";

// A Prometheus server scrapes the same bytes, and its verdict is the expectation.

const answers: readonly Served[] = [...CASES, ...mutants(600, Number(process.env["OFFSHOOT_TEST_SEED"] ?? 1))];
let errors: readonly string[] | undefined;

beforeAll(async () => {
  errors = await scrapeWithPrometheus(answers);
}, 90_000);

describe("the check accepts and rejects the same bytes as Prometheus", () => {
  test.each(CASES.map((served, at) => [served.name, served, at] as const))("%s", (_, served, at) => {
    if (errors === undefined) return skipThisTest();
    const theirs = errors[at] ?? "";
    expect({ accepted: ours(served) === "", ours: ours(served), theirs }).toMatchObject({ accepted: theirs === "" });
  });

  test("600 answers with random changes", () => {
    if (errors === undefined) return skipThisTest();
    expect(differences(answers, errors)).toEqual([]);
    // Both verdicts must occur, or the comparison shows nothing.
    const accepted = errors.filter((error) => error === "").length;
    expect(accepted).toBeGreaterThan(50);
    expect(errors.length - accepted).toBeGreaterThan(50);
  });
});
