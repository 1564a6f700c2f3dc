/**
 * Reads the JSON reports of vitest. `report.mjs failed REPORT` prints the files with failed tests. `counts REPORT AGAIN`
 * prints the numbers of passed and failed tests. `show REPORT AGAIN` prints each failed test with its error, and also the
 * tests that failed only in the first run of a file. AGAIN is the report of the second run of failed files; it is optional.
 * `left-out REPORT OTHER` fails when a test ran in neither of the two.
 */
import { existsSync, readFileSync } from "node:fs";

const COMMANDS = { failed, counts, show, "left-out": leftOut };
const [command, first, again] = process.argv.slice(2);
const lines = COMMANDS[command](filesOf(first), filesOf(again));
process.stdout.write(lines.map((line) => `${line}\n`).join(""));

function filesOf(report) {
  return report !== undefined && existsSync(report) ? JSON.parse(readFileSync(report, "utf8")).testResults : [];
}

function failed(files) {
  return files.filter(hasFailed).map(({ name }) => name);
}

/** A file that cannot be loaded counts as one failed test. */
function counts(files, retried) {
  const all = last(files, retried);
  const unloaded = all.filter((file) => hasFailed(file) && file.assertionResults.length === 0);
  const tests = all.flatMap(({ assertionResults }) => assertionResults);
  const passed = tests.filter(({ status }) => status === "passed");
  return [`${passed.length} ${tests.filter(hasFailed).length + unloaded.length}`];
}

function show(files, retried) {
  const tried = new Set(retried.map(({ name }) => name));
  return [
    ...last(files, retried).flatMap((file) => [
      ...(file.message ? [`\nFAILED ${file.name}\n${file.message}`] : []),
      ...failures(file, "FAILED"),
    ]),
    ...files.filter(({ name }) => tried.has(name)).flatMap((file) => failures(file, "failed in the first run, and ran again:")),
  ];
}

/** The last run of each file. */
function last(files, retried) {
  const second = new Map(retried.map((file) => [file.name, file]));
  return files.map((file) => second.get(file.name) ?? file);
}

function failures({ name, assertionResults }, heading) {
  return assertionResults
    .filter(hasFailed)
    .map(({ fullName, failureMessages }) => `\n${heading} ${name}\n  ${fullName}\n${failureMessages.join("\n").slice(0, 3000)}`);
}

/** Every test must have run in one of the two. Throws otherwise, so that a skipped test fails. */
function leftOut(one, other) {
  const files = [...one, ...other];
  const ran = new Set(namesOf(files, ({ status }) => status === "passed" || status === "failed"));
  const missing = [...new Set(namesOf(files, () => true))].filter((test) => !ran.has(test));
  if (missing.length > 0) throw new Error(`${missing.length} tests did not run:\n${missing.join("\n")}`);
  return [`All ${ran.size} tests ran.`];
}

function namesOf(files, isWanted) {
  return files.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(isWanted).map(({ fullName }) => `${name.replace(process.cwd(), "")}: ${fullName}`),
  );
}

function hasFailed({ status }) {
  return status === "failed";
}
