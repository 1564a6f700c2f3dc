/**
 * Reads the JSON reports of vitest. `report.mjs failed REPORT` prints the files with failed tests, `others REPORT` the files
 * that it does not have, or in which a test was skipped. The other commands take all REPORTs in the order in which they were written; one that does not
 * exist is ignored, and of each file the last run counts. `counts` prints the numbers of passed and failed tests. `show` prints
 * each failed test with its error, and also the tests that failed only in an earlier run of their file. `left-out` fails when
 * a file or a test ran in none of them.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";

const COMMANDS = { failed, others, counts, show, "left-out": leftOut };
const [command, ...paths] = process.argv.slice(2);
const lines = COMMANDS[command](paths.map(filesOf));
process.stdout.write(lines.map((line) => `${line}\n`).join(""));

function filesOf(report) {
  return existsSync(report) ? JSON.parse(readFileSync(report, "utf8")).testResults : [];
}

function failed([files]) {
  return files.filter(hasFailed).map(({ name }) => name);
}

function others([files]) {
  const whole = new Set(files.filter(({ assertionResults }) => assertionResults.every(hasRun)).map(({ name }) => name));
  return allFiles().filter((file) => !whole.has(file));
}

function allFiles() {
  return ["unit", "integration"].flatMap((folder) =>
    readdirSync(`test/${folder}`, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => `${process.cwd()}/test/${folder}/${file}`),
  );
}

/** A file that cannot be loaded counts as one failed test. */
function counts(reports) {
  const files = last(reports);
  const unloaded = files.filter((file) => hasFailed(file) && file.assertionResults.length === 0);
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const passed = tests.filter(({ status }) => status === "passed");
  return [`${passed.length} ${tests.filter(hasFailed).length + unloaded.length}`];
}

function show(reports) {
  const files = last(reports);
  const earlier = reports.flat().filter((file) => !files.includes(file));
  return [
    ...files.flatMap((file) => [
      ...(file.message ? [`\nFAILED ${file.name}\n${file.message}`] : []),
      ...failures(file, "FAILED"),
    ]),
    ...earlier.flatMap((file) => failures(file, "failed in an earlier run:")),
  ];
}

/** The last run of each file. */
function last(reports) {
  return [...new Map(reports.flat().map((file) => [file.name, file])).values()];
}

function failures({ name, assertionResults }, heading) {
  return assertionResults
    .filter(hasFailed)
    .map(({ fullName, failureMessages }) => `\n${heading} ${name}\n  ${fullName}\n${failureMessages.join("\n").slice(0, 3000)}`);
}

/** Throws if a file or a test ran in no report, so that a skipped test fails. */
function leftOut(reports) {
  const files = reports.flat();
  const ran = new Set(namesOf(files, hasRun));
  const known = new Set(files.map(({ name }) => name));
  const missing = [
    ...allFiles().filter((file) => !known.has(file)),
    ...[...new Set(namesOf(files, () => true))].filter((test) => !ran.has(test)),
  ];
  if (missing.length > 0) throw new Error(`${missing.length} files or tests did not run:\n${missing.join("\n")}`);
  return [`All ${ran.size} tests ran.`];
}

function namesOf(files, isWanted) {
  return files.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(isWanted).map(({ fullName }) => `${name.replace(process.cwd(), "")}: ${fullName}`),
  );
}

function hasRun({ status }) {
  return status === "passed" || status === "failed";
}

function hasFailed({ status }) {
  return status === "failed";
}
