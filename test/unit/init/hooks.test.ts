import { expect, test } from "vitest";
import { recordName, RECORDS } from "../../../src/identity/branch-record.ts";
import { type HookFacts, planHooks } from "../../../src/init/hooks.ts";

const facts: HookFacts = { hooksFolder: ".git/hooks", usualFolder: ".git/hooks", husky: false, lefthook: undefined, texts: {} };

const states = (change: Partial<HookFacts>): readonly string[] =>
  planHooks({ ...facts, ...change }).files.map(({ path, state }) => `${state} ${path}`);

const written = Object.fromEntries(planHooks(facts).files.map(({ path, text }) => [path, text]));

test.each<readonly [string, Partial<HookFacts>, readonly string[]]>([
  ["without hooks, both files are written", {}, ["new .git/hooks/post-checkout", "new .envrc"]],
  ["a second call changes nothing", { texts: written }, ["same .git/hooks/post-checkout", "same .envrc"]],
  [
    "existing files are kept, and the text to add is shown",
    { texts: { ".git/hooks/post-checkout": "#!/bin/sh\nls\n", ".envrc": "use nix\n" } },
    ["add .git/hooks/post-checkout", "add .envrc"],
  ],
  [
    "existing files that have the text are kept",
    {
      texts: {
        ".git/hooks/post-checkout": `#!/bin/sh\nls\n${written[".git/hooks/post-checkout"]}`,
        ".envrc": `use nix\n${written[".envrc"]}`,
      },
    },
    ["kept .git/hooks/post-checkout", "kept .envrc"],
  ],
  ["a folder of core.hooksPath is not written", { hooksFolder: "../hooks" }, ["missing ../hooks/post-checkout", "new .envrc"]],
  ["husky gets a text to add", { husky: true, hooksFolder: ".husky/_" }, ["missing .husky/post-checkout", "new .envrc"]],
  ["lefthook gets a command to add", { lefthook: "lefthook.yml", texts: { "lefthook.yml": "" } }, ["add lefthook.yml", "new .envrc"]],
])("%s", (_title, change, expected) => {
  expect(states(change)).toEqual(expected);
});

test("a text to add has no first line for the shell, and names what manages the hooks", () => {
  const texts = { ".husky/post-checkout": "ls\n", "lefthook.yml": "", "/home/ada/hooks/post-checkout": "ls\n" };
  for (const more of [{ husky: true }, { lefthook: "lefthook.yml" }, { hooksFolder: "/home/ada/hooks" }]) {
    const change = { ...more, texts };
    const { files, notes } = planHooks({ ...facts, ...change });
    expect(files[0]?.text).not.toContain("#!");
    expect(notes).toHaveLength(1);
  }
});

test("a hook that the user must create has the first line for the shell", () => {
  for (const change of [{ husky: true }, { hooksFolder: "/home/ada/hooks" }])
    expect(planHooks({ ...facts, ...change }).files[0]).toMatchObject({
      state: "missing",
      text: expect.stringMatching(/^#!\/bin\/sh\n# offshoot/),
    });
});

test("the hook reads the records that `up` writes, and starts only git and standard programs", () => {
  const hook = written[".git/hooks/post-checkout"] ?? "";
  expect(hook).toContain(`--git-path ${RECORDS})`);
  const commands = hook.replaceAll(/^ *echo .*$|^#.*$/gm, "");
  expect(commands).not.toMatch(/\b(npx|npm|node|offshoot)\b(?!-)/);
  expect(recordName("topic/50%")).toBe("topic%2F50%25");
});
