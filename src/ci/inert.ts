/** Makes text with foreign parts harmless for one CI service: what the service takes for a command is changed a little. */
export type Inert = (text: string) => string;

/** Commands that work at the start of a line. Colours can come before them. */
const GITHUB = /^((?:\s|\p{Cc}\[[\d;]*m)*)(?=::)/u;
const BUILDKITE = /^((?:\p{Cc}\[[\d;]*[mK])*)(?=(?:-{3}|\+{3}|~{3}|\^{3})(?:\s|$))/u;

/**
 * GitHub: `::` at the start of a line, also after blanks, and the older `##[` anywhere (actions/runner, ActionCommand.cs,
 * `TryParseV2` and `TryParse`).
 */
export const inertForGithub: Inert = byLine((line) => line.replace(GITHUB, "$1| ").replaceAll("##[", "# #["));

/** Azure: `##vso[` and `##[` anywhere (Azure documentation, "Logging commands"). */
export const inertForAzure: Inert = (text) => text.replaceAll(/##(?=(?:vso)?\[)/g, "# #");

/** GitLab: `section_start:TIME:NAME` and `section_end:…` anywhere (GitLab documentation, "Job logs"). */
export const inertForGitlab: Inert = (text) => text.replaceAll(/section_(start|end)(?=:\d)/g, "section-$1");

/** Buildkite: headings at the start of a line, and control sequences for images, links and times (Buildkite, "Managing log output"). */
export const inertForBuildkite: Inert = byLine((line) =>
  line.replace(BUILDKITE, "$1| ").replaceAll("\u001B]", "]").replaceAll("\u001B_", "_"),
);

/** TeamCity (`##teamcity[`) and Travis (`travis_fold:`, `travis_time:`), which have no other variable that must be detected. */
export const inertForOthers: Inert = (text) =>
  text.replaceAll("##teamcity[", "# #teamcity[").replaceAll(/travis_(fold|time)(?=:)/g, "travis-$1");

/** Some services take a carriage return for the end of a line too. */
function byLine(change: (line: string) => string): Inert {
  return (text) =>
    text
      .split(/(?<=[\r\n])/)
      .map(change)
      .join("");
}

/** JSON in which no service finds a command. Its data are the same. */
export function inertJson(json: string): string {
  return json
    .replaceAll(/##(?=[a-z]*\[)/g, String.raw`#\u0023`)
    .replaceAll(/(section|travis)_(?=(?:start|end|fold|time):)/g, String.raw`$1\u005f`);
}
