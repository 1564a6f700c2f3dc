// @module-tag proof
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isInstalled } from "../../support/require.ts";
import { onTerminal } from "../../support/terminal.ts";

const BIN = new URL("../../../bin/offshoot.js", import.meta.url).pathname;

/** An interactive shell without the configuration of this machine, and the lines that a person adds to their own. */
const SHELLS = {
  bash: { start: ["bash", "--norc", "--noprofile", "-i"], lines: ['eval "$(offshoot completion bash)"'] },
  zsh: { start: ["zsh", "-f", "-i"], lines: ["autoload -Uz compinit; compinit -u", 'eval "$(offshoot completion zsh)"'] },
  fish: { start: ["fish", "--no-config", "-i"], lines: ["offshoot completion fish | source"] },
} as const;

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "offshoot-keys-"));
  await mkdir(join(home, "bin"));
  await symlink(BIN, join(home, "bin/offshoot"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const TAB = "\t";

test.for((Object.keys(SHELLS) as (keyof typeof SHELLS)[]).filter(isInstalled))(
  "in an interactive %s, the key Tab completes a command and a flag",
  { timeout: 180_000 },
  async (shell) => {
    const { start, lines } = SHELLS[shell];
    // Each key is pressed when the screen shows what the one before it led to.
    const press = [
      { at: "", keys: `${lines.join("; ")}; echo read''y\r` },
      { at: "ready", keys: `offshoot rollb${TAB}` },
      { at: "offshoot rollback-check", keys: "\u0015" },
      { at: "", keys: `offshoot up --migr${TAB}` },
      { at: "offshoot up --migrate", keys: "\u0015" },
      { at: "", keys: "exit\r" },
    ];
    const env = { PATH: `${join(home, "bin")}:${process.env["PATH"] ?? ""}`, HOME: home, TERM: "xterm", LC_ALL: "C.UTF-8" };
    const { seen } = await onTerminal(start, { columns: 100, cwd: home, env, press });
    const all = seen.flat().join("\n");
    // The line in the configuration of a shell draws nothing.
    expect(all).not.toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/);
    expect(all).toContain("offshoot rollback-check");
    expect(all).toContain("offshoot up --migrate");
  },
);
