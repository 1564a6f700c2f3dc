import { beforeAll, describe, expect, test } from "vitest";
import { formatOf } from "../../../src/check/metrics/content-type.ts";
import { readExposition } from "../../../src/check/metrics/exposition.ts";
import { scrapeWithPrometheus, type Served } from "../../support/prometheus.ts";
import { CASES, mutants } from "./prometheus-cases.ts";

// A Prometheus server scrapes the same bytes, and its verdict is the expectation.

const answers: readonly Served[] = [...CASES, ...mutants(600, Number(process.env["OFFSHOOT_TEST_SEED"] ?? 1))];
let errors: readonly string[] | undefined;

beforeAll(async () => {
  errors = await scrapeWithPrometheus(answers);
}, 90_000);

function ours({ contentType, body }: Served): string {
  const format = formatOf(contentType);
  return typeof format === "string" ? format : (readExposition(body, format).problem?.why ?? "");
}

describe("the check accepts and rejects the same bytes as Prometheus", () => {
  test.each(CASES.map((served, at) => [served.name, served, at] as const))("%s", (_, served, at) => {
    if (errors === undefined) return;
    const theirs = errors[at] ?? "";
    expect({ accepted: ours(served) === "", ours: ours(served), theirs }).toMatchObject({ accepted: theirs === "" });
  });

  test("600 answers with random changes", () => {
    if (errors === undefined) return;
    const different = answers.flatMap((served, at) => {
      const [mine, theirs] = [ours(served), errors?.[at] ?? ""];
      return (mine === "") === (theirs === "")
        ? []
        : [{ contentType: served.contentType, text: Buffer.from(served.body).toString(), mine, theirs }];
    });
    expect(different).toEqual([]);
    // Both verdicts must occur, or the comparison shows nothing.
    const accepted = errors.filter((error) => error === "").length;
    expect(accepted).toBeGreaterThan(50);
    expect(errors.length - accepted).toBeGreaterThan(50);
  });
});
