import { expect, test } from "vitest";
import { inertForAzure, inertForBuildkite, inertForGithub, inertForGitlab, inertForOthers, inertJson } from "../../../src/ci/inert.ts";

test("GitHub finds no command at the start of a line, after blanks and colours, and no older command anywhere", () => {
  expect(inertForGithub("::error::a\n  ::add-mask::b\r::group::c\n\u001B[31m::warning::d\nx ##[error]e\nstd::vector a::b\n")).toBe(
    "| ::error::a\n  | ::add-mask::b\r| ::group::c\n\u001B[31m| ::warning::d\nx # #[error]e\nstd::vector a::b\n",
  );
});

test("Azure finds no command anywhere", () => {
  expect(inertForAzure("a ##vso[task.setvariable variable=x]1\n##[group]b\n## title [c]\n")).toBe(
    "a # #vso[task.setvariable variable=x]1\n# #[group]b\n## title [c]\n",
  );
});

test("GitLab finds no section", () => {
  expect(inertForGitlab("\u001B[0Ksection_start:1:x\r\u001B[0Ka\nsection_end:2:x\nsection_start of a text\n")).toBe(
    "\u001B[0Ksection-start:1:x\r\u001B[0Ka\nsection-end:2:x\nsection_start of a text\n",
  );
});

test("Buildkite finds no heading and no control sequence, and a diff in the middle of a line is kept", () => {
  expect(inertForBuildkite("--- a\n\u001B[32m+++ b\n~~~ c\n^^^ +++\n---- d\n a --- b\n\u001B]1339;url=x\u0007\n")).toBe(
    "| --- a\n\u001B[32m| +++ b\n| ~~~ c\n| ^^^ +++\n---- d\n a --- b\n]1339;url=x\u0007\n",
  );
});

test("TeamCity and Travis find no command", () => {
  expect(inertForOthers("##teamcity[testFailed]\ntravis_fold:start:a\ntravis_time:end:b\n")).toBe(
    "# #teamcity[testFailed]\ntravis-fold:start:a\ntravis-time:end:b\n",
  );
});

test("JSON has the same data and no command", () => {
  const data = { a: "##vso[x]", b: "##[error]y", c: "##teamcity[z]", d: "section_start:1:x travis_fold:start:y" };
  const json = inertJson(JSON.stringify(data));
  expect(JSON.parse(json)).toEqual(data);
  expect(json).not.toMatch(/##[a-z]*\[|section_|travis_/);
});
