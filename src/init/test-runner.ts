import type { PackageJson } from "./package-json.ts";
import type { RepositoryFacts } from "./repository-facts.ts";

/** The test runners with an entry point of offshoot, by the package that shows their use. */
const RUNNERS: Readonly<Record<string, { readonly name: string; readonly entry: string }>> = {
  vitest: { name: "Vitest", entry: "offshoot/vitest" },
  jest: { name: "Jest", entry: "offshoot/jest" },
  "@playwright/test": { name: "Playwright", entry: "offshoot/playwright" },
};

/** Whether an entry point for a test runner gives the tests their database. They are then started without `offshoot run`. */
export function usesRunner({ texts }: RepositoryFacts): boolean {
  return Object.values(texts).some((text) => /offshoot\/(?:vitest|jest|playwright|node-test)\b/.test(text));
}

/** What users of a test runner should know: one line of its configuration gives each test file a database of its own. */
export function runnerNotes(facts: RepositoryFacts, packageJson: PackageJson | undefined): readonly string[] {
  if (usesRunner(facts))
    return ["The tests get their database from the configuration of their runner, so the pipeline starts them without `offshoot run`."];
  const [known] = Object.entries(RUNNERS).flatMap(([name, runner]) => (packageJson?.packages.includes(name) === true ? [runner] : []));
  if (known === undefined) return [];
  return [
    `${known.name} runs test files in parallel. With \`${known.entry}\` each of them has a database of its own: docs/test-runners.md`,
  ];
}
