import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Change } from "../../../src/drift/change.ts";
import { withSession } from "../../support/session.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { findMajor } from "../../support/majors.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import { newDatabase } from "../../support/new-database.ts";
import { driftOutbox, migrateOutbox, OUTBOX } from "../../support/outbox.ts";
import { startServer } from "../../support/server.ts";

const CONFIG = ["--config", join(OUTBOX, "offshoot.yaml")];

/** The differences of the drifted parent, object by object. */
const REPORTED = [
  "missing function m10_recovery.claim_outbox_events(integer, text)",
  "missing function m10_recovery.claim_outbox_events(text, integer)",
  "extra function m10_recovery.claim_outbox_events(text, integer, integer)",
  "missing function m10_recovery.complete_outbox_event(bigint, boolean, text, text)",
  "missing function m10_recovery.complete_outbox_event(bigint, text, boolean, text, integer)",
  "extra function m10_recovery.complete_outbox_event(bigint, text, text)",
  "missing column m10_recovery.outbox.process_after",
  "missing column m10_recovery.outbox.stream_msg_id",
  "missing column m10_recovery.outbox.stream_name",
];

interface Printed {
  readonly version: number;
  readonly equal: boolean;
  readonly changes: readonly Change[];
  readonly expected: string;
  readonly actual: string;
  readonly warnings: readonly string[];
}

const [fifteen, seventeen] = [await findMajor(15), await findMajor(17)];

let project: Project;
let server: string;

beforeAll(async () => {
  project = await makeProject();
  server = inject("serverUrl");
});
afterAll(() => project.remove());

const scratch = (of: string = server): Promise<string> => newDatabase("drift", { server: of });

async function migrated(url: string): Promise<string> {
  await migrateOutbox(url);
  return url;
}

async function drifted(url: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  await migrateOutbox(url, "up", undefined, more);
  await driftOutbox(url);
  return url;
}

/** Runs `work` with a migrated database on a separate server. */
async function older<T>(binaries: string | undefined, work: (url: string) => Promise<T>): Promise<T> {
  const own = await startServer({}, { binaries: binaries ?? "" });
  try {
    return await work(await migrated(await scratch(own.url)));
  } finally {
    await own.stop();
  }
}

async function drift(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Printed & { readonly code: number | null }> {
  const { code, stdout, stderr } = await project.call(["drift", "--json", ...args], env);
  if (!stdout.startsWith(`{"version":1,"equal"`)) throw new Error(`${code}: ${stdout}\n${stderr}`);
  return { ...(JSON.parse(stdout) as Printed), code };
}

const brief = ({ changes }: Printed): readonly string[] => changes.map(({ change, kind, object }) => `${change} ${kind} ${object}`);
const exactly = (url: string): Promise<unknown> => withSession(url, (session) => session.query("create table public.extra (id int)"));

describe("the outbox case, over URLs", { timeout: 120_000 }, () => {
  test("the migrations and a database that they created are equal", async () => {
    const { code, equal, changes } = await drift([...CONFIG, "--actual", "PARENT"], { PARENT: await migrated(await scratch()) });
    expect({ code, equal, changes }).toEqual({ code: 0, equal: true, changes: [] });
  });

  test("the differences of the drifted parent are listed exactly, and the parent is only read", async () => {
    const url = await drifted(await scratch());
    const env = { PARENT: url };
    const found = await drift([...CONFIG, "--actual", "PARENT"], env);
    expect(brief(found)).toEqual(REPORTED);
    expect(found).toMatchObject({ code: 10, version: 1, equal: false, warnings: [], repairable: true });
    for (const change of found.changes) {
      expect(Object.keys(change).slice(0, 4)).toEqual(["change", "kind", "object", "detail"]);
      expect(change.detail).not.toBe("");
    }
    const schemas = await withSession(url, (session) => session.query("select nspname from pg_namespace where nspname = 'offshoot'"));
    expect(schemas).toEqual([]);
  });

  test("reports text with a diff of the functions, and Markdown", async () => {
    const env = { PARENT: await drifted(await scratch()) };
    const text = await project.call(["drift", ...CONFIG, "--actual", "PARENT"], env);
    expect(text.code).toBe(10);
    expect(text.stdout).toContain("  column m10_recovery.outbox.stream_name: text\n");
    expect(text.stdout).toContain("+        process_after = now() + make_interval(secs => p_retry_delay_seconds)\n");
    expect(text.stdout).toContain("7 missing, 2 extra\nto do:");
    expect(text.stderr).not.toContain("### MIGRATION");
    const files = ["--report", "markdown=reports/drift.md", "--report", "json=drift.json"];
    const page = await project.call(["drift", ...CONFIG, "--actual", "PARENT", ...files], env);
    expect(page.stdout).toBe(text.stdout);
    const written = await readFile(join(project.directory, "reports/drift.md"), "utf8");
    expect(written).toMatch(/^❌ \*\*Schema drift\*\*: 7 missing, 2 extra\n/);
    expect(JSON.parse(await readFile(join(project.directory, "drift.json"), "utf8"))).toMatchObject({ version: 1, equal: false });
    const { password } = new URL(server);
    for (const output of [text.stdout, text.stderr, page.stdout, page.stderr, written]) expect(output).not.toContain(`:${password}@`);
  });

  test("adds the differences to the job summary in CI", async () => {
    const page = await project.write("summary.md", "");
    const env = { PARENT: await drifted(await scratch()), CI: "true", GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: page };
    await drift([...CONFIG, "--actual", "PARENT"], env);
    expect(await readFile(page, "utf8")).toContain("❌ **Schema drift**: 7 missing, 2 extra\n");
  });

  test("a spec as the expected side compares what it contains", async () => {
    const env = { PARENT: await drifted(await scratch()) };
    const found = await drift([...CONFIG, "--expected", join(OUTBOX, "schema.audit.yaml"), "--actual", "PARENT"], env);
    expect(brief(found)).toEqual(REPORTED);
    expect(found).toMatchObject({ expected: expect.stringMatching(/^the spec .*schema\.audit\.yaml$/), repairable: false });
  });

  test("compares two databases, one by URL and one by variable name", async () => {
    const [one, other] = [await migrated(await scratch()), await migrated(await scratch())];
    await exactly(other);
    const found = await drift(["--expected", one, "--actual", "OTHER"], { OTHER: other });
    expect(brief(found)).toEqual(["extra table public.extra"]);
    expect(found.expected).toMatch(/^127\.0\.0\.1:\d+\/drift_\w+, PostgreSQL 18$/);
    expect(found.actual).toMatch(/^OTHER \(127\.0\.0\.1:\d+\/drift_\w+\), PostgreSQL 18$/);
  });

  test("flags decide what is ignored and compared, and have precedence over the configuration file", async () => {
    const [one, other] = [await scratch(), await scratch()];
    await withSession(one, (session) => session.query("create table t (a int, b int)"));
    await withSession(other, (session) => session.query("create table t (b int, a int); comment on table t is 'x'"));
    const sides = ["--expected", one, "--actual", other];
    expect(brief(await drift(sides))).toEqual(["extra comment table public.t"]);
    expect(brief(await drift([...sides, "--ignore", "comments"]))).toEqual([]);
    expect(brief(await drift([...sides, "--compare", "columnOrder"]))).toEqual([
      "different table public.t",
      "extra comment table public.t",
    ]);
    await project.write("offshoot.yaml", "drift:\n  ignore: [comments]\n  compare: columnOrder\n");
    expect(brief(await drift(sides))).toEqual(["different table public.t"]);
    expect(brief(await drift([...sides, "--ignore", "all", "--compare", "comments"]))).toEqual(["extra comment table public.t"]);
    await project.write("offshoot.yaml", "");
  });

  test("compares the database of this run", async () => {
    expect((await project.offshoot(["up"])).code).toBe(0);
    const found = await drift([...CONFIG, "--expected", "run", "--actual", "run"]);
    expect(found).toMatchObject({ equal: true, expected: expect.stringContaining("this run's database") });
    await project.call(["down"]);
  });
});

describe("the outbox case, on Neon", { timeout: 180_000 }, () => {
  let mock: MockServer;
  let env: Record<string, string>;

  beforeAll(async () => {
    mock = await startMock("--postgres", "--operation-time", "100");
    env = { OFFSHOOT_PROVIDER: "neon,embedded", ...mock.env };
    await drifted(await mock.parentUrl(), { ...mock.machine });
  }, 60_000);
  afterAll(() => mock.stop());

  const branches = async () => (await mock.branches()).map(({ name }) => name);
  const written = async () => {
    const { log } = (await mock.control("GET", "calls")) as { log: { method: string; route: string }[] };
    return log.filter(({ method }) => method !== "GET").map(({ method, route }) => `${method} ${route}`);
  };

  test("compares the migrations with the parent by default, and only reads it", async () => {
    const found = await drift(CONFIG, env);
    expect(brief(found)).toEqual(REPORTED);
    expect(found).toMatchObject({ code: 10, expected: "the migrations, PostgreSQL 18", actual: "Neon branch main, PostgreSQL 18" });
    expect(await written()).toEqual([]);
  });

  test("reads an earlier state of a branch from a temporary branch that is deleted afterwards", async () => {
    const at = new Date(Date.now() - 1000).toISOString();
    const found = await drift([...CONFIG, "--actual", `branch:main@${at}`], env);
    expect(brief(found)).toEqual(REPORTED);
    expect(found.actual).toBe(`Neon branch main at ${at}, PostgreSQL 18`);
    expect(await written()).toEqual(["POST /projects/{project_id}/branches", "DELETE /projects/{project_id}/branches/{branch_id}"]);
    expect(await branches()).toEqual(["main"]);
  });

  test("a cancelled drift deletes its branch and its scratch database", async () => {
    const file = await project.write("slow.yaml", "migrations:\n  command: echo begun; sleep 60\n");
    const running = project.start(["drift", "--verbose", "--config", file, "--actual", "branch:main@0/1A2B3C"], env);
    await running.until("This job runs the migrations");
    expect(await branches()).toHaveLength(2);
    running.child.kill("SIGTERM");
    expect((await running.finished).code).toBe(143);
    expect(await branches()).toEqual(["main"]);
    expect((await project.call(["list", "--json", "--all"])).stdout).toBe("[]\n");
  });

  test("an unknown branch is an error that suggests the nearest name", async () => {
    const { code, stderr } = await project.call(["drift", ...CONFIG, "--actual", "branch:mian"], env);
    expect(code).toBe(13);
    expect(stderr).toContain("The Neon project has no branch mian. Did you mean main?");
  });
});

describe("different major versions", { timeout: 120_000, tags: "proof" }, () => {
  test.runIf(fifteen !== undefined)("the migrations run on the major version of the other side, unless --postgres is set", () =>
    older(fifteen, async (url) => {
      const same = await drift([...CONFIG, "--actual", "OLDER"], { OLDER: url });
      expect(same).toMatchObject({ equal: true, expected: "the migrations, PostgreSQL 15", warnings: [] });
      const newer = await drift([...CONFIG, "--actual", "OLDER", "--postgres", "18"], { OLDER: url });
      expect(newer).toMatchObject({ expected: "the migrations, PostgreSQL 18", changes: [] });
      expect(newer.warnings).toEqual([expect.stringContaining("PostgreSQL 18 is expected and 15 found")]);
    }),
  );

  // A project cannot find this server, which is installed only for the tests.
  test.runIf(seventeen !== undefined)("the migrations run on another major version with a warning if that one is not available", () =>
    older(seventeen, async (url) => {
      const found = await drift([...CONFIG, "--actual", "OLDER"], { OLDER: url });
      expect(found).toMatchObject({ expected: "the migrations, PostgreSQL 18", changes: [] });
      expect(found.warnings).toEqual([expect.stringContaining("PostgreSQL 18 is expected and 17 found")]);
    }),
  );
});

describe("bad input is an error before anything is created", () => {
  test.each([
    [["--actual", "parnet"], 2, "Did you mean parent?"],
    [["--actual", "NO_SUCH_URL"], 2, "The environment variable NO_SUCH_URL, named by --actual, is not set"],
    [["--expected", "brnach:main"], 2, "Did you mean branch:main?"],
    [CONFIG, 2, "--actual parent needs Neon, but the provider is embedded.\n  Add --actual with "],
    [["--provider", "auto", ...CONFIG], 13, "The Neon branch cannot be compared: NEON_API_KEY is not set."],
    [["--actual", "postgresql://app:secret-word@127.0.0.1:1/app", "--expected", "run"], 13, "Could not connect to 127.0.0.1:1/app as app"],
    [[...CONFIG, "--actual", "mysql://127.0.0.1/app"], 2, "The URL given by --actual is not a Postgres URL."],
    [["--actual", "postgresql://app@127.0.0.1:1/app", "--expected", "none.yaml"], 2, "Could not read the audit spec none.yaml"],
    [["--actual", "one.yaml", "--expected", "other.yaml"], 2, "Two spec files cannot be compared"],
    [["--ignore", "coments"], 2, "coments is not a difference that drift can ignore. Did you mean comments?"],
    [["--report", "markdwon"], 2, '"markdwon" is not a valid value of --report'],
    [["--actual", "run"], 2, "No migration command is configured, and no migration tool was detected."],
  ])("%s", async (args, code, message) => {
    const finished = await project.call(["drift", ...args]);
    expect(finished.stderr).toContain(message);
    expect(finished.code).toBe(code);
    expect(finished.stdout + finished.stderr).not.toContain("secret-word");
  });

  test("failed migrations are an error, not a drift", { timeout: 60_000 }, async () => {
    const file = await project.write("broken.yaml", "migrations:\n  command: echo 'no such column'; exit 3\n");
    const { code, stderr, stdout } = await project.call(["drift", "--config", file, "--actual", "PARENT"], { PARENT: server });
    expect({ code, stdout }).toEqual({ code: 11, stdout: "" });
    expect(stderr).toContain("no such column");
  });
});
