import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { remoteRefs } from "../../../src/github/remote-refs.ts";
import { readPerson } from "../../../src/identity/person.ts";

interface Place {
  readonly checkout: string;
  /** A program that leaves a trace. */
  readonly program: string;
  readonly trace: string;
  git(...args: string[]): string;
}

async function place(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-refs-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [checkout, program, trace] = [join(folder, "work"), join(folder, "program"), join(folder, "trace")];
  await writeFile(program, `#!/bin/sh\necho ran >> ${trace}\nexit 1\n`);
  await chmod(program, 0o755);
  const run = (...args: string[]): string =>
    execFileSync("git", args, { cwd: folder, stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" });
  run("init", "--bare", "origin.git");
  run("init", "work");
  run("-C", "work", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--allow-empty", "-m", "x");
  run("-C", "work", "remote", "add", "origin", join(folder, "origin.git"));
  run("-C", "work", "push", "origin", "HEAD:main");
  return { checkout, program, trace, git: (...args) => run("-C", "work", ...args) };
}

const access = (cwd: string, more: NodeJS.ProcessEnv = {}) => ({
  cwd,
  env: { PATH: process.env["PATH"], HOME: cwd, GIT_CONFIG_NOSYSTEM: "1", ...more },
  signal: AbortSignal.timeout(20_000),
});

/** Settings of a checkout with which git runs a program when it reads the refs of a remote. */
const ATTACKS: readonly (readonly [string, (place: Place) => readonly (readonly [string, string])[]])[] = [
  [
    "core.sshCommand",
    ({ program }) => [
      ["core.sshCommand", program],
      ["remote.origin.url", "ssh://127.0.0.1:1/x"],
    ],
  ],
  [
    "core.sshCommand with a proxy command",
    ({ program }) => [
      ["core.sshCommand", `ssh -o ProxyCommand=${program}`],
      ["remote.origin.url", "ssh://127.0.0.1:1/x"],
    ],
  ],
  [
    "a transport that runs a command",
    ({ program }) => [
      ["protocol.ext.allow", "always"],
      ["remote.origin.url", `ext::${program}`],
    ],
  ],
  [
    "insteadOf with such a transport",
    ({ program }) => [
      ["protocol.ext.allow", "always"],
      [`url.ext::${program} .insteadOf`, "/"],
    ],
  ],
  [
    "remote.origin.vcs",
    ({ program }) => [
      ["protocol.ext.allow", "always"],
      ["remote.origin.vcs", "ext"],
      ["remote.origin.url", program],
    ],
  ],
  ["remote.origin.uploadpack", ({ program }) => [["remote.origin.uploadpack", program]]],
  [
    "core.gitProxy",
    ({ program }) => [
      ["core.gitProxy", program],
      ["remote.origin.url", "git://127.0.0.1/x"],
    ],
  ],
  [
    "core.fsmonitor, core.pager and an alias",
    ({ program }) => [
      ["core.fsmonitor", program],
      ["core.pager", program],
      ["alias.ls-remote", `!${program}`],
      ["alias.config", `!${program}`],
    ],
  ],
];

test.each(ATTACKS)("%s in a checkout runs no program", async (_name, settings) => {
  const at = await place();
  for (const [name, value] of settings(at)) at.git("config", "--local", name, value);
  await remoteRefs(access(at.checkout)).catch(() => undefined);
  await readPerson(at.checkout, "ada", access(at.checkout).env, undefined);
  expect(existsSync(at.trace)).toBe(false);
});

test("a program for passwords in a checkout is not run, also in a file that the checkout includes", async () => {
  const { createServer } = await import("node:http");
  const server = createServer((_request, response) => response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/x.git`;
  for (const name of ["credential.helper", `credential.${url}.helper`, "core.askPass"]) {
    const at = await place();
    at.git("config", "--local", "remote.origin.url", url);
    await writeFile(join(at.checkout, ".git", "more"), "");
    at.git("config", "--file", ".git/more", name, name === "core.askPass" ? at.program : `!${at.program}`);
    at.git("config", "--local", "include.path", "more");
    await expect(remoteRefs(access(at.checkout))).rejects.toThrow(/ls-remote/);
    expect([name, existsSync(at.trace)]).toEqual([name, false]);
  }
});

test("a key for ssh as actions/checkout writes it is used, and variables of a hook are not", async () => {
  const at = await place();
  const ssh = join(at.checkout, "ssh");
  await writeFile(ssh, `#!/bin/sh\necho "$@" >> ${at.trace}\nexit 1\n`);
  await chmod(ssh, 0o755);
  at.git("config", "--local", "remote.origin.url", "ssh://git@127.0.0.1:1/x");
  at.git("config", "--local", "core.sshCommand", 'ssh -i "/tmp/key" -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=/tmp/known"');
  const path = `${at.checkout}:${process.env["PATH"]}`;
  await remoteRefs(access(at.checkout, { PATH: path, GIT_DIR: "/nonexistent" })).catch(() => undefined);
  expect(execFileSync("cat", [at.trace], { encoding: "utf8" })).toMatch(/-i \/tmp\/key -o StrictHostKeyChecking=yes/);
});

test("the refs of a remote are read from an ordinary checkout", async () => {
  const at = await place();
  expect(await remoteRefs(access(at.checkout, { GIT_DIR: "/nonexistent" }))).toEqual(new Set(["main"]));
});
