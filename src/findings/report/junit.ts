import { messageFor } from "../message.ts";
import { fails, placeOf } from "./place.ts";
import type { Report, ReportOptions } from "./report.ts";
import type { Finding } from "../finding.ts";

/**
 * For the test pages of CI services, in the dialect that all of them read (elements `testsuites`, `testsuite`,
 * `testcase` with `failure` or `skipped`): one case for each finding, failed from the severity `failOn` on, else
 * skipped; one that passed where there is no finding.
 */
export const junit: Report = (findings, options = {}) => {
  const failures = findings.filter((finding) => fails(finding, options.failOn)).length;
  const counts = `tests="${Math.max(1, findings.length)}" failures="${failures}" errors="0" skipped="${findings.length - failures}"`;
  const cases =
    findings.length === 0 ? [`    <testcase classname="schema" name="is as it should be" time="0"/>`] : findings.map(testcase(options));
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites name="offshoot audit" ${counts} time="0">`,
    `  <testsuite name="schema" ${counts} time="0">`,
    ...cases,
    `  </testsuite>`,
    `</testsuites>`,
    "",
  ].join("\n");
};

function testcase(options: ReportOptions): (finding: Finding) => string {
  return (finding) => {
    const { problem, details, remedy } = messageFor(finding);
    const { object, severity, code, reason } = finding;
    const { file, line } = placeOf(finding, options);
    const message = `${severity}: ${object.name}: ${problem}`;
    const body = [...details, `to do: ${remedy}`, ...(reason === undefined ? [] : [`reason: ${reason}`]), `at ${file}:${line}`].join("\n");
    const outcome = fails(finding, options.failOn)
      ? `<failure message="${escape(message)}" type="${escape(code)}">${escape(body).replaceAll("&#10;", "\n")}</failure>`
      : `<skipped message="${escape(message)}"/>`;
    const name = `${object.name}: ${problem}`;
    return [
      `    <testcase classname="${escape(code)}" name="${escape(name)}" file="${escape(file)}" line="${line}" time="0">`,
      `      ${outcome}`,
      `    </testcase>`,
    ].join("\n");
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** XML 1.0 has no way to write most control characters and lone surrogates: they become the replacement character. */
function escape(text: string): string {
  return text
    .replaceAll(/(?![\t\n\r])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, "\uFFFD")
    .replaceAll(/[&<>"'\t\n\r]/g, (character) => ENTITIES[character] ?? character);
}
