import { existsSync, readFileSync } from "node:fs";

/**
 * Prints the 20 slowest tests and the 10 slowest files of the last `npm test` or `npm run test:full`, from the report that
 * vitest writes. `-- REPORT` names another report.
 */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly { readonly fullName: string; readonly duration?: number | null }[];
  }[];
}

const ROOT = new URL("../..", import.meta.url).pathname;
const file = process.argv[2] ?? `${ROOT}node_modules/.cache/offshoot/test-report.json`;

if (!existsSync(file)) {
  process.stderr.write(`${file} does not exist. Run npm test first.\n`);
  process.exit(2);
}

const { testResults } = JSON.parse(readFileSync(file, "utf8")) as Report;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(7)} s`;
const top = (rows: readonly (readonly [number, string])[], count: number): string =>
  rows
    .toSorted(([one], [other]) => other - one)
    .slice(0, count)
    .map(([ms, text]) => `${seconds(ms)}  ${text}\n`)
    .join("");

const files = testResults.map(({ name, startTime, endTime }) => [endTime - startTime, name.replace(ROOT, "")] as const);
const tests = testResults.flatMap(({ name, assertionResults }) =>
  assertionResults.map(({ fullName, duration }) => [duration ?? 0, `${name.replace(ROOT, "")}: ${fullName}`] as const),
);
process.stdout.write(`The slowest tests:\n${top(tests, 20)}\nThe slowest files:\n${top(files, 10)}`);
