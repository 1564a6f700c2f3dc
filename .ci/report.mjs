/**
 * Reads the reports that vitest writes as JSON: `report.mjs failed REPORT` prints the files to try again, `counts REPORT
 * [AGAIN]` how many tests passed and failed, `tell REPORT [AGAIN]` which failed and with what, and which passed only when
 * their file was tried again (AGAIN, the report of that).
 */
import { existsSync, readFileSync } from "node:fs";

const [command, first, again] = process.argv.slice(2);
const COMMANDS = { failed, counts, tell };
COMMANDS[command](filesOf(first), filesOf(again));

function filesOf(report) {
  return report !== undefined && existsSync(report) ? JSON.parse(readFileSync(report, "utf8")).testResults : [];
}

/** Of files that were tried again their second try counts. */
function last(files, retried) {
  const second = new Map(retried.map((file) => [file.name, file]));
  return files.map((file) => second.get(file.name) ?? file);
}

function failed(files) {
  for (const { name, status } of files) if (status === "failed") console.log(name);
}

/** A file that can't be loaded counts as one failed test. */
function counts(files, retried) {
  const all = last(files, retried);
  const unloaded = all.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0);
  const tests = all.flatMap(({ assertionResults }) => assertionResults);
  const number = (wanted) => tests.filter(({ status }) => status === wanted).length;
  console.log(number("passed"), number("failed") + unloaded.length);
}

function tell(files, retried) {
  for (const { name, message, assertionResults } of last(files, retried)) {
    if (message) console.log(`\nFAILED ${name}\n${message}`);
    for (const test of failuresOf(assertionResults)) console.log(`\nFAILED ${name}\n${describe(test)}`);
  }
  const tried = new Set(retried.map(({ name }) => name));
  for (const { name, assertionResults } of files.filter((file) => tried.has(file.name))) {
    for (const test of failuresOf(assertionResults)) console.log(`\nneeded a second try: ${name}\n${describe(test)}`);
  }
}

function failuresOf(tests) {
  return tests.filter(({ status }) => status === "failed");
}

function describe({ fullName, failureMessages }) {
  return `  ${fullName}\n${failureMessages.join("\n").slice(0, 3000)}`;
}
