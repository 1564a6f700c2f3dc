import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dockerProvider } from "../../../../src/providers/docker/docker.ts";
import type { Provider } from "../../../../src/providers/provider.ts";
import { runProgram } from "../../../../src/process/run-program.ts";
import { listening, wantedBy } from "../requests.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-fake-docker-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A provider that uses a program `docker` with these lines of shell. It writes the first word of each call into the file `calls`. */
async function withDocker(lines: string): Promise<Provider> {
  const file = join(folder, "docker");
  await writeFile(file, `#!/bin/sh\necho "$1" >> ${folder}/calls\n${lines}\n`);
  await chmod(file, 0o755);
  const env = { PATH: `${folder}:${process.env["PATH"]}`, HOME: folder, DOCKER_HOST: "unix:///nowhere.sock" };
  return dockerProvider({ env, idleMs: 60_000, baseTtlMs: 60_000 });
}

const calls = async (): Promise<string[]> => (await readFile(join(folder, "calls"), "utf8")).trim().split("\n");
const limits = () => listening(20_000);

const CONTAINER = {
  Id: "a".repeat(64),
  Name: "/offshoot-postgres-17-x",
  Created: "2026-01-02T03:04:05Z",
  State: { Status: "exited", ExitCode: 1 },
  Config: { Labels: {}, Env: [] },
};

const WRONG: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["text that is not JSON", undefined],
  ["a list of null", [null]],
  ["an id that is an option", [{ ...CONTAINER, Id: "--all" }]],
  ["an id that is a number", [{ ...CONTAINER, Id: 7 }]],
  ["a name that is an option", [{ ...CONTAINER, Name: "--force" }]],
  ["an invalid time", [{ ...CONTAINER, Created: "soon" }]],
  ["a state that is text", [{ ...CONTAINER, State: "exited" }]],
  ["labels that are lists", [{ ...CONTAINER, Config: { Labels: { "offshoot-owner": [] } } }]],
  ["a port that is not a number", [{ ...CONTAINER, NetworkSettings: { Ports: { "5432/tcp": [{ HostIp: "127.0.0.1", HostPort: "x" }] } } }]],
  ["a port of a host name", [{ ...CONTAINER, NetworkSettings: { Ports: { "5432/tcp": [{ HostIp: "evil.example", HostPort: "1" }] } } }]],
];

test("a container of others with labels of many megabytes does not hide ours", async () => {
  await writeFile(join(folder, "large"), JSON.stringify([{ ...CONTAINER, Config: { Labels: { large: "x".repeat(17 * 1024 * 1024) } } }]));
  const both = `case "$*" in *${"b".repeat(64)}*) cat ${folder}/large;; *) cat ${folder}/answer;; esac`;
  const provider = await withDocker(`case "$1" in ps) echo ${"a".repeat(64)}; echo ${"b".repeat(64)};; *) ${both};; esac`);
  await writeFile(join(folder, "answer"), JSON.stringify([{ ...CONTAINER, Id: "a".repeat(64) }]));
  expect(await provider.list(limits())).toEqual([]);
  // The description of ours is still judged.
  await writeFile(join(folder, "answer"), "<html>");
  await expect(provider.list(limits())).rejects.toMatchObject({ code: "PROVIDER_OUTAGE" });
});

describe("an answer of the wrong form is a refusal or an outage, and nothing is removed", () => {
  test.each(WRONG)("%s", async (_what, answer) => {
    const text = answer === undefined ? "<html>" : JSON.stringify(answer);
    await writeFile(join(folder, "answer"), text);
    const provider = await withDocker(`case "$1" in ps) echo ${"a".repeat(64)};; *) cat ${folder}/answer;; esac`);
    expect(await provider.acquire(wantedBy("one"), limits())).toMatchObject({ kind: "refusal", code: "wrong-answer", mayFallBack: true });
    const outage = { code: "PROVIDER_OUTAGE", message: expect.stringMatching(/the answer is not (JSON|what Docker sends)/) };
    await expect(provider.list(limits())).rejects.toMatchObject(outage);
    await expect(provider.release("offshoot/acme/shop/one", limits())).rejects.toMatchObject(outage);
    expect((await calls()).filter((verb) => verb === "rm" || verb === "run")).toEqual([]);
  });
});

test.each([
  ["a list with an option", "echo --all"],
  ["too many containers", `i=0; while [ $i -lt 1001 ]; do echo a$i; i=$((i+1)); done`],
])("%s is an outage", async (_what, lines) => {
  const provider = await withDocker(lines);
  await expect(provider.list(limits())).rejects.toMatchObject({
    code: "PROVIDER_OUTAGE",
    message: expect.stringContaining("is not a list of at most 1000 container ids"),
  });
});

test("output without an end is cut off, also of a program that ignores SIGTERM", async () => {
  const provider = await withDocker(`trap '' TERM PIPE; while :; do echo ${"x".repeat(1000)}; done`);
  await expect(provider.list(limits())).rejects.toMatchObject({
    code: "PROVIDER_OUTAGE",
    message: expect.stringContaining("its output is larger than 16 MiB"),
  });
  const left = await runProgram(["pgrep", "-f", join(folder, "docker")], { env: process.env });
  expect(left.stdout).toBe("");
});

test("an image whose folders are not paths is a refusal", async () => {
  const provider = await withDocker(
    `case "$1" in inspect) echo '[]'; echo "no such object" >&2; exit 1;; *) echo '{"Env":null,"Volumes":{"--privileged":{}}}';; esac`,
  );
  await expect(provider.refuse(limits())).resolves.toMatchObject({ code: "wrong-answer" });
});
