/** How many names a line has. */
const MOST_SHOWN = 3;

/** The longest name in a line, and the most that a request to the process with the databases carries (`MOST_LINE`). */
const LONGEST_NAME = 200;
const MOST_NAMES = 2000;

/** The names of failed tests for a request: a runner can have any number of them, of any length. */
export function reportedNames(names: readonly string[]): readonly string[] {
  return names.slice(0, MOST_NAMES).map((name) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name));
}

/** The title of a test with those of its groups, as the option of a runner for one test (`-t`, `-g`) compares it. */
export function fullName(titles: readonly string[]): string {
  return titles.filter((title) => title !== "").join(" ");
}

/** Which failed tests a clone is from: all of up to three, else the first three and how many more. Without one, the file that failed. */
export function describeFailed(names: readonly string[], file?: string): string {
  if (names.length === 0 && file !== undefined) return `the failed test file ${JSON.stringify(file)}`;
  const shown = names.slice(0, MOST_SHOWN).map((name) => JSON.stringify(name));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : "";
  return `the failed ${names.length === 1 ? "test" : "tests"} ${shown.join(", ")}${more}`;
}
