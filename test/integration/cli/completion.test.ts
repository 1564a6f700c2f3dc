import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { isInstalled } from "../../support/require.ts";

const BIN = new URL("../../../bin/offshoot.js", import.meta.url).pathname;

/** Reads the words, with `|` between them. The last one is completed. Prints one suggestion on each line. */
const SHELLS = {
  bash: `source <(node "$BIN" completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _offshoot; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: `compdef() { : }; _describe() { print -l -- "\${(@)\${(P)argv[-1]}%%:*}" }; _files() { : }; _normal() { : }
source <(node "$BIN" completion zsh); words=("$@"); CURRENT=$#; _offshoot`,
  fish: `node $BIN completion fish | source; complete -C (string join ' ' -- $argv) | string replace -r '\\t.*' ''; true`,
} as const;

type Shell = keyof typeof SHELLS;

async function complete(shell: Shell, ...words: readonly string[]): Promise<readonly string[]> {
  const name = shell === "fish" ? [] : ["shell"];
  const env = { ...process.env, BIN };
  const { stdout } = await promisify(execFile)(shell, ["-c", SHELLS[shell], ...name, "offshoot", ...words], { env });
  const last = words.at(-1) ?? "";
  return stdout.split("\n").filter((line) => line !== "" && line.startsWith(last));
}

for (const shell of Object.keys(SHELLS) as Shell[]) {
  describe.runIf(isInstalled(shell))(`completion in ${shell}`, () => {
    test("completes commands and their other names", async () => {
      expect(await complete(shell, "mig")).toEqual(["migrate"]);
      expect(await complete(shell, "cre")).toEqual(["create"]);
      expect(await complete(shell, "check", "wo")).toEqual(["worker", "workflow"]);
    });

    test("completes the flags of the command", async () => {
      expect(await complete(shell, "up", "--mig")).toEqual(["--migrate"]);
      expect(await complete(shell, "check", "worker", "--li")).toEqual(["--lines"]);
      expect(await complete(shell, "create", "--outp")).toEqual(["--outputs"]);
    });

    test("does not complete the words of another command, after --", async () => {
      expect(await complete(shell, "run", "--", "npm", "--ke")).toEqual([]);
    });
  });
}
