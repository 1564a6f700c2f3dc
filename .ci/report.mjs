/**
 * Reads the reports that vitest writes as JSON: `report.mjs failed REPORT` prints the files to try again, `counts REPORT
 * AGAIN` how many tests passed and failed, `tell REPORT AGAIN` which failed and with what, and which did so in a file
 * that was tried again. AGAIN is the report of that second try, where there was one.
 */
import { existsSync, readFileSync } from "node:fs";

const COMMANDS = { failed, counts, tell };
const [command, first, again] = process.argv.slice(2);
const lines = COMMANDS[command](filesOf(first), filesOf(again));
process.stdout.write(lines.map((line) => `${line}\n`).join(""));

function filesOf(report) {
  return report !== undefined && existsSync(report) ? JSON.parse(readFileSync(report, "utf8")).testResults : [];
}

function failed(files) {
  return files.filter(hasFailed).map(({ name }) => name);
}

/** A file that can't be loaded counts as one failed test. */
function counts(files, retried) {
  const all = last(files, retried);
  const unloaded = all.filter((file) => hasFailed(file) && file.assertionResults.length === 0);
  const tests = all.flatMap(({ assertionResults }) => assertionResults);
  const passed = tests.filter(({ status }) => status === "passed");
  return [`${passed.length} ${tests.filter(hasFailed).length + unloaded.length}`];
}

function tell(files, retried) {
  const tried = new Set(retried.map(({ name }) => name));
  return [
    ...last(files, retried).flatMap((file) => [
      ...(file.message ? [`\nFAILED ${file.name}\n${file.message}`] : []),
      ...failures(file, "FAILED"),
    ]),
    ...files.filter(({ name }) => tried.has(name)).flatMap((file) => failures(file, "failed at first, and was tried again:")),
  ];
}

/** Of files that were tried again their second try counts. */
function last(files, retried) {
  const second = new Map(retried.map((file) => [file.name, file]));
  return files.map((file) => second.get(file.name) ?? file);
}

function failures({ name, assertionResults }, heading) {
  return assertionResults
    .filter(hasFailed)
    .map(({ fullName, failureMessages }) => `\n${heading} ${name}\n  ${fullName}\n${failureMessages.join("\n").slice(0, 3000)}`);
}

function hasFailed({ status }) {
  return status === "failed";
}
