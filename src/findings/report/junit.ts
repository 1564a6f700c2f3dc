import { fails, type Finding } from "../finding.ts";
import { type FindingSource, messageFor } from "../kind.ts";
import { inBrackets, type Renderer, type ReportOptions } from "./options.ts";
import { placeOf } from "./place.ts";

/**
 * For the test pages of CI services, with the elements that all of them read (`testsuites`, `testsuite`, `testcase` with
 * `failure` or `skipped`). Each finding is a test case: it failed if its severity is `failOn` or higher, else it was
 * skipped. Without findings there is one case that passed, since services report an empty file as broken.
 */
export const renderJunit: Renderer = (findings, source, options = {}) => {
  const failures = findings.filter((finding) => fails(finding, options.failOn)).length;
  const counts = `tests="${Math.max(1, findings.length)}" failures="${failures}" errors="0" skipped="${findings.length - failures}"`;
  const suite = `${source.subject}${inBrackets(options.scope)}`;
  const cases =
    findings.length === 0
      ? [`    <testcase classname="${source.subject}" name="no findings" time="0"/>`]
      : findings.map((finding) => testcase(finding, source, options));
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites name="offshoot ${source.command}" ${counts} time="0">`,
    `  <testsuite name="${escape(suite)}" ${counts} time="0">`,
    ...cases,
    `  </testsuite>`,
    `</testsuites>`,
    "",
  ].join("\n");
};

function testcase(finding: Finding, source: FindingSource, options: ReportOptions): string {
  const { problem, details, remedy } = messageFor(finding, source);
  const { object, severity, code, reason } = finding;
  const { file, line } = placeOf(finding, source, options);
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

/** XML 1.0 cannot hold most control characters and lone surrogates: they become the replacement character. */
function escape(text: string): string {
  return text
    .replaceAll(/(?![\t\n\r])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, "\uFFFD")
    .replaceAll(/[&<>"'\t\n\r]/g, (character) => ENTITIES[character] ?? character);
}
