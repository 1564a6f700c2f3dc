import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openLog } from "../../../mocks/actions/log.ts";
import { SERVICES } from "../../../src/ci/detect.ts";
import type { CiServiceName } from "../../../src/ci/ci.ts";
import { type ForeignOutput, foreignOutput } from "../../../src/cli/foreign-output.ts";

const context = { env: {}, random: () => "token1234", now: () => new Date(0) };

/** The output of the migrations as it is written for a service. */
function shown(name: CiServiceName, use: (output: ForeignOutput) => void, fold = true): string {
  let text = "";
  const service = SERVICES[name];
  const output = foreignOutput((part) => (text += part), { service, context, inert: service.inert, fold });
  use(output);
  output.end();
  return text;
}

test("GitHub ignores commands in the output, and obeys those that follow it", () => {
  const text = shown("github", (output) => output.write(Buffer.from("::error::x\nno line break")));
  expect(text).toBe(
    "::group::output of the migrations\n::stop-commands::token1234\n::error::x\nno line break\n::token1234::\n::endgroup::\n",
  );
});

test("no output can issue a command on GitHub or end the part in which commands are ignored", () => {
  const lines = fc.array(
    fc.constantFrom(
      "::error::evil",
      "  ::add-mask::a",
      "##[error]evil",
      "x ##[add-mask]e",
      "::stop-commands::own",
      "::own::",
      "::endgroup::",
      "::::",
      "plain",
      "\r::error::evil",
      "::stop-commands::",
      "\u001B[0m::error::evil",
    ),
  );
  fc.assert(
    fc.property(lines, fc.boolean(), (given, ends) => {
      const log = openLog([]);
      const output = given.join("\n") + (ends ? "\n" : "");
      const text = `${shown("github", (foreign) => foreign.write(Buffer.from(output)))}::notice::ours\n`;
      for (const line of text.split(/\r\n|\n|\r/)) log.line(line);
      expect(log.annotations()).toEqual([{ severity: "notice", text: "ours" }]);
      expect(log.masks()).toEqual([]);
      expect(log.takeFaults()).toEqual([]);
    }),
  );
});

test.for([
  ["azure", "##vso[task.setvariable variable=PATH]/evil"],
  ["gitlab", "\u001B[0Ksection_end:0:other\r\u001B[0K"],
  ["buildkite", "--- evil"],
  ["generic", "##teamcity[buildStatus text='evil']"],
] as const)("%s finds no command in the output, also without a fold", ([name, evil]) => {
  for (const fold of [true, false]) {
    const text = shown(name, (output) => output.write(Buffer.from(`${evil}\n`)), fold);
    expect(text.split("\n").filter((line) => line.startsWith(evil))).toEqual([]);
  }
});

test("nothing is written for a command without output, and the parts of a character are joined", () => {
  expect(shown("github", () => {})).toBe("");
  const bytes = Buffer.from("é\n");
  expect(shown("generic", (output) => [bytes.subarray(0, 1), bytes.subarray(1)].forEach((part) => output.write(part)))).toBe("é\n");
});
