import { formatOf } from "../../../src/check/metrics/content-type.ts";
import { readExposition } from "../../../src/check/metrics/exposition.ts";
import type { Served } from "../../support/prometheus.ts";

/** Why `check metrics` refuses an answer; an empty text if it accepts it. */
export function ours({ contentType, body }: Served): string {
  const format = formatOf(contentType);
  return typeof format === "string" ? format : (readExposition(body, format).problem?.why ?? "");
}

/** The answers that `check metrics` accepts and Prometheus refuses, and the other way round. */
export function differences(answers: readonly Served[], errors: readonly string[]): readonly object[] {
  return answers.flatMap((served, at) => {
    const [mine, theirs] = [ours(served), errors[at] ?? ""];
    if ((mine === "") === (theirs === "")) return [];
    return [{ contentType: served.contentType, text: Buffer.from(served.body).toString(), mine, theirs }];
  });
}
