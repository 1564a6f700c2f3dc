import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { makeProject } from "../../support/cli.ts";

const project = await makeProject();
/** Commands are pasted here. It contains only our programs, so a file of another name shows that a name was run. */
const place = await mkdtemp(join(tmpdir(), "offshoot-paste-"));
afterAll(async () => {
  await project.remove();
  await rm(place, { recursive: true });
});

for (const program of ["npx", "chmod", "psql"]) {
  await writeFile(join(place, program), `#!/bin/bash\nprintf '%s\\0' ${program} "$@" >> "$RECORD"\n`);
  await chmod(join(place, program), 0o755);
}

/** The programs that bash starts for a pasted command, each with its arguments. */
async function paste(command: string): Promise<readonly string[]> {
  const record = join(await mkdtemp(join(tmpdir(), "offshoot-record-")), "record");
  spawnSync("bash", ["--noprofile", "--norc", "-c", command], {
    cwd: place,
    env: { PATH: `${place}:/usr/bin:/bin`, RECORD: record },
    timeout: 10_000,
  });
  const text = await readFile(record, "utf8");
  await rm(join(record, ".."), { recursive: true });
  return text.split("\0").slice(0, -1);
}

const POISON = "postgresql://production.invalid/shop";

/** What psql is called with, in a shell that finds psql, and neither offshoot nor npx. */
async function pasteWithout(command: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-without-"));
  const record = join(folder, "record");
  await writeFile(join(folder, "psql"), `#!/bin/bash\nprintf '%s ' psql "$@" >> "$RECORD"\n`, { mode: 0o755 });
  spawnSync("/bin/bash", ["--noprofile", "--norc", "-c", command], {
    cwd: folder,
    env: { PATH: folder, HOME: folder, RECORD: record, DATABASE_URL: POISON },
    timeout: 10_000,
  });
  const text = await readFile(record, "utf8").catch(() => "");
  await rm(folder, { recursive: true });
  return text;
}

async function expectNothingElse(): Promise<void> {
  expect((await readdir(place)).toSorted()).toEqual(["chmod", "npx", "psql"]);
}

const EVIL = [
  "fix;touch${IFS}canary;$(touch canary)",
  "a`touch canary`b",
  "'; touch canary; '",
  '"; touch canary; "',
  "x\\' ; touch canary #",
];

/** One line of text, as the setting `run` requires. */
const NAMES = fc.oneof(
  fc.constantFrom(...EVIL),
  fc
    .array(fc.constantFrom(...Array.from("'\"`$\\;&|()!#~*{}<>[]?=@ -é"), "touch canary", "$(", "${IFS}"), { minLength: 1, maxLength: 10 })
    .map((parts) => `n${parts.join("")}`),
);

test("the command that creates a missing database is safe to paste", async () => {
  await fc.assert(
    fc.asyncProperty(NAMES, async (given) => {
      const name = given.trim();
      const { stderr } = await project.call(["env", "--run", name, "--json"]);
      const command = /Create it with `([^]*)`, or list/.exec(stderr)?.[1] ?? "";
      expect(await paste(command)).toEqual(["npx", "offshoot", "up", "--run", name]);
      await expectNothingElse();
    }),
    { numRuns: 25, examples: EVIL.map((name) => [name]) },
  );
}, 120_000);

test("the commands for a kept database are safe to paste from the log and from the page of the job", async () => {
  const [name = ""] = EVIL;
  const page = join(project.directory, "summary.md");
  const kept = await project.offshoot(["run", "--keep", "--run", name, "--", "true"], {
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: "acme/shop",
    GITHUB_RUN_ID: "1",
    GITHUB_STEP_SUMMARY: page,
  });
  expect(kept.code).toBe(0);
  const log = kept.stderr.split("\n").map((line) => line.trim());
  const summary = (await readFile(page, "utf8")).split("\n");
  for (const lines of [log, summary]) {
    const connect = lines.find((line) => line.includes("offshoot psql")) ?? "";
    expect(await paste(connect)).toEqual(["npx", "offshoot", "psql", "--run", name]);
    const remove = lines.find((line) => line.includes("offshoot down")) ?? "";
    expect(await paste(remove)).toEqual(["npx", "offshoot", "down", "--run", name]);
    // Where offshoot is not found, psql must not open the database to which the shell of this person leads.
    for (const line of [connect, remove]) expect(await pasteWithout(line)).not.toContain(POISON);
  }
  await expectNothingElse();
}, 60_000);

test("the commands for a missing spec and a program that is not executable are safe to paste", async () => {
  for (const name of EVIL) {
    const spec = await project.call(["audit", `${name}.yaml`, "--url", "postgresql://u@127.0.0.1:1/d"]);
    const write = /correct database: ([^]*?)\n/.exec(spec.stderr)?.[1] ?? "";
    expect(await paste(write)).toEqual(["npx", "offshoot", "audit", "--write", `${name}.yaml`]);
  }
  const program = await project.write("it's;touch canary;$(touch canary)", "#!/bin/sh\n");
  const started = await project.call(["check", "worker", "--", program]);
  const allow = /Run `([^]*?)`\. /.exec(started.stderr)?.[1] ?? "";
  expect(await paste(allow)).toEqual(["chmod", "+x", program]);
  await expectNothingElse();
}, 60_000);
