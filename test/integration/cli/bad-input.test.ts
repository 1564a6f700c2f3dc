import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
});

afterAll(() => project.remove());

afterEach(() => rm(join(project.directory, "offshoot.yaml"), { recursive: true, force: true }));

interface Case {
  readonly args: readonly string[];
  readonly file?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly code?: number;
  /** What stderr must say. */
  readonly says: readonly string[];
}

const SECRET = "s3cr3t-pass";

const CASES: Readonly<Record<string, Case>> = {
  // Commands and flags
  "no command": { args: [], says: ["Usage: offshoot"] },
  "unknown command": { args: ["migrat"], says: ["unknown command 'migrat'", "migrate"] },
  "unknown flag": { args: ["up", "--prvider", "embedded"], says: ["unknown option '--prvider'", "--provider"] },
  "flag without its value": { args: ["up", "--run"], says: ["argument missing"] },
  "an argument too many": { args: ["down", "extra"], says: ["too many arguments"] },
  "run without a command": { args: ["run"], says: ["No command was given to run.", "offshoot run -- npm test"] },
  "run with an empty command": { args: ["run", "--"], says: ["No command was given to run."] },
  "run's command does not exist": { args: ["run", "--", "no-such-command-x"], says: ["Could not start no-such-command-x", "PATH"] },
  "run's command is not executable": {
    args: ["run", "--", "./plain.txt"],
    says: ["Could not start ./plain.txt: the file is not executable."],
  },
  "unknown env format": { args: ["env", "--format", "xml"], says: ["--format xml is not a valid value", "shell, dotenv, json"] },
  "--set without a value": { args: ["up", "--set", "ttl"], says: ["--set ttl has no value.", "key=value"] },
  "--set of an unknown key": { args: ["up", "--set", "neon.projct=x"], says: ["neon.projct", "neon.project"] },
  "bad --older-than": { args: ["sweep", "--older-than", "yesterday"], says: ["--older-than yesterday is not a duration.", "90m"] },
  "bad --idle": { args: ["sweep", "--idle", "5"], says: ["--idle 5 is not a duration."] },

  // Settings by flag and environment
  "unknown provider": { args: ["up", "--provider", "neno"], says: ["--provider", "neno", "neon"] },
  "unknown provider in the environment": { args: ["up"], env: { OFFSHOOT_PROVIDER: "dokcer" }, says: ["OFFSHOOT_PROVIDER", "docker"] },
  "bad ttl by flag": { args: ["up", "--ttl", "2 hours"], says: ["--ttl", "2 hours", "2h"] },
  "bad ttl in the environment": { args: ["up"], env: { OFFSHOOT_TTL: "soon" }, says: ["OFFSHOOT_TTL", "soon"] },
  "negative ttl": { args: ["up", "--ttl=-2h"], says: ["--ttl"] },
  "ttl beyond Neon's limit": { args: ["up", "--ttl", "31d"], says: ["--ttl", "30d"] },
  "Postgres major that does not exist": { args: ["up", "--postgres", "12"], says: ["--postgres", "12"] },
  "Postgres major that is no number": { args: ["up", "--postgres", "latest"], says: ["--postgres", "latest"] },
  "empty run name": { args: ["up", "--run", ""], says: ["run"] },

  // The configuration file
  "config file that does not exist": { args: ["up", "--config", "nowhere.yaml"], says: ["nowhere.yaml"] },
  "config file that is a folder": { args: ["up", "--config", "folder"], says: ["folder"] },
  "config file that is not YAML": { args: ["up"], file: "provider: [embedded\n", says: ["offshoot.yaml:"] },
  "unknown key": { args: ["up"], file: "migratons:\n  command: x\n", says: ["offshoot.yaml:1", "migratons", "migrations"] },
  "unknown nested key": { args: ["up"], file: "migrations:\n  comand: x\n", says: ["offshoot.yaml:2", "comand", "command"] },
  "key given twice": { args: ["up"], file: "ttl: 2h\nttl: 3h\n", says: ["offshoot.yaml:2", "ttl"] },
  "a key in the file": { args: ["up"], file: "neon:\n  apiKey: napi_0123456789abcdef\n", says: ["offshoot.yaml:2", "NEON_API_KEY"] },
  "wrong type": { args: ["up"], file: "base: perhaps\n", says: ["offshoot.yaml:1", "base"] },
  "bad ttl in the file": { args: ["up"], file: "provider: embedded\nttl: forever\n", says: ["offshoot.yaml:2", "ttl", "forever"] },
  "a list at the top": { args: ["up"], file: "- provider\n", says: ["offshoot.yaml"] },
  "tool and command both": {
    args: ["up"],
    file: "migrations:\n  tool: alembic\n  command: x\n",
    says: ["offshoot.yaml", "tool", "command"],
  },
  "several problems at once": {
    args: ["up"],
    file: "provder: neon\nttl: x\nmigrations:\n  fles: a\n",
    says: ["offshoot.yaml:1", "offshoot.yaml:2", "offshoot.yaml:4"],
  },

  // The database
  "migrate without a database": { args: ["migrate", "--", "true"], says: ["There is no database for run test", "offshoot up"] },
  "migrate without a command": { args: ["migrate"], says: ["No migration command is configured", "migrations.command"] },
  "wait without a command": { args: ["wait"], says: ["No migration command is configured"] },
  "wait for an unknown run": { args: ["wait", "--run", "who", "--", "true"], says: ["There is no database for run who"] },
  "env of an unknown run": { args: ["env", "--run", "who"], says: ["There is no database for run who", "offshoot list"] },
  "audit of an unknown run": { args: ["audit", "--run", "who"], says: ["There is no database for run who"] },
  "audit that writes a spec and is to report": {
    args: ["audit", "--write", "--report", "junit=report.xml", "--url", `postgresql://u:${SECRET}@127.0.0.1:9/d`],
    says: ["--write writes a spec and does not audit", "Remove --report"],
  },
  "audit that changes a spec and is to fail on its findings": {
    args: ["audit", "--update", "--fail-on", "info", "--url", `postgresql://u:${SECRET}@127.0.0.1:9/d`],
    says: ["--update writes a spec and does not audit", "Remove --fail-on"],
  },
  "audit with a spec that does not exist": { args: ["audit", "nowhere.yaml"], says: ["nowhere.yaml"] },
  "migration files that match nothing": {
    args: ["up"],
    file: "migrations:\n  command: x\n  files: [db/*.sql]\n",
    says: ["db/*.sql"],
  },
  "--url that is no URL": {
    args: ["migrate", "--url", "localhost:5432/x", "--", "true"],
    says: ["--url is not a Postgres URL", "postgresql://"],
  },
  "--url of another kind": { args: ["migrate", "--url", "mysql://u@h/d", "--", "true"], says: ["is not a Postgres URL"] },
  "--url naming a variable that is not set": { args: ["migrate", "--url", "MY_URL", "--", "true"], says: ["MY_URL", "not set"] },
  "--url of a server that is not there": {
    args: ["migrate", "--url", `postgresql://u:${SECRET}@127.0.0.1:9/d`, "--set", "timeouts.migrate=2s", "--", "true"],
    code: 12,
    says: ["127.0.0.1"],
  },
  "existing without a URL": {
    args: ["up", "--provider", "existing"],
    code: 13,
    says: ["No URL of an existing server is set", "OFFSHOOT_EXISTING_URL"],
  },
  "existing with a bad URL": {
    args: ["up", "--provider", "existing"],
    env: { OFFSHOOT_EXISTING_URL: `nonsense:${SECRET}` },
    says: ["OFFSHOOT_EXISTING_URL"],
  },
  "existing that nobody answers": {
    args: ["up", "--provider", "existing"],
    env: { OFFSHOOT_EXISTING_URL: `postgresql://u:${SECRET}@127.0.0.1:9/d` },
    code: 13,
    says: ["127.0.0.1:9"],
  },
  "no Postgres of the wanted major": { args: ["up", "--postgres", "14"], code: 13, says: ["14"] },
  "a CI without any id of the run": { args: ["up"], env: { CI: "true", OFFSHOOT_RUN: undefined }, says: ["OFFSHOOT_RUN"] },
};

describe("bad input", () => {
  beforeAll(async () => {
    await mkdir(join(project.directory, "folder"));
    await chmod(await project.write("plain.txt", "not a program\n"), 0o644);
  });

  test(`has at least forty cases`, () => {
    expect(Object.keys(CASES).length).toBeGreaterThanOrEqual(40);
  });

  test.each(Object.entries(CASES))("%s: one clear error, and nothing is created", async (_name, { args, file, env, code, says }) => {
    if (file !== undefined) await project.write("offshoot.yaml", file);
    const result = await project.offshoot(args, env);
    for (const text of says) expect(result.stderr).toContain(text);
    expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code: code ?? 2 });
    expect(result.stdout).toBe("");
    expect(result.stderr).not.toContain(SECRET);
    expect(result.stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
    await rm(join(project.directory, "offshoot.yaml"), { force: true });
    expect((await project.offshoot(["list", "--json"])).stdout).toBe("[]\n");
  });
});
