// @module-tag proof
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../../support/cli.ts";
import { type OnTerminal, onTerminal } from "../../../support/terminal.ts";

const BIN = new URL("../../../../bin/offshoot.js", import.meta.url).pathname;

let project: Project;

beforeAll(async () => {
  project = await makeProject();
  await project.write("offshoot.yaml", "migrations:\n  command: sh migrate.sh\n  fence: off\n  files: [migrate.sh]\n");
  await project.write("migrate.sh", 'echo "### 1"; sleep 0.5; echo "### 2"; sleep 0.5\n');
});
afterAll(() => project.remove());

const UTF8 = { LC_ALL: "C.UTF-8", TERM: "xterm-256color", NO_COLOR: undefined, CI: undefined };

function offshoot(args: readonly string[], columns: number, env: Readonly<Record<string, string | undefined>> = UTF8): Promise<OnTerminal> {
  return onTerminal([process.execPath, BIN, ...args], { columns, cwd: project.directory, env: { ...project.env, ...UTF8, ...env } });
}

/** The lines without their times: a row that continues the one before is joined with it. */
function linesOf({ rows }: OnTerminal): readonly string[] {
  const lines: string[] = [];
  for (const row of rows) {
    const text = row.replace(/ +\d+\.\d s$/, "");
    if (/^ {13}\S/.test(text)) lines.push(`${lines.pop()} ${text.trim()}`);
    else lines.push(text);
  }
  return lines.filter((line) => !line.startsWith("· note ")).map((line) => line.trimEnd().replace(/until (\S+ )?\d\d:\d\d$/, "until …"));
}

test("each phase has one line that changes while it works, and stays with its facts", async () => {
  const ended = await offshoot(["run", "--run", "lines", "--", "sh", "-c", "printf 'half a line'; exit 3"], 80);
  expect(ended.code).toBe(3);
  expect(linesOf(ended)).toEqual([
    expect.stringMatching(/^✓ database {3}embedded · offshoot-cli-\w+\/lines.*, until …$/i),
    "✓ migrate    sh migrate.sh · ran",
    "half a line",
    "✗ command    sh -c printf 'half a line'; exit 3 · exit status 3",
    "✓ deleted    nothing left",
  ]);
  // The first bytes are drawn before anything is read or called, so that a person sees life at once.
  expect(ended.raw.split("\n")[0]).toMatch(/⠋.* run +0\.0 s/);
  const live = ended.seen.flat();
  expect(live.some((row) => /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] migrate {4}### 2 +\d\.\d s$/.test(row))).toBe(true);
  expect(live.some((row) => /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] database/.test(row))).toBe(true);
  // The times of all lines that stay end in the same column.
  const edges = new Set(ended.rows.filter((row) => /^[✓✗]/.test(row)).map((row) => row.length));
  expect([...edges]).toEqual([79]);
});

test.for([60, 80, 120])("no row is wider than %i columns, with a long name and without a failure", async (columns) => {
  const ended = await offshoot(["run", "--run", `a-long-name-${"of-a-branch-".repeat(4)}`, "--", "true"], columns);
  expect(ended.code).toBe(0);
  expect(ended.rows.filter((row) => row.startsWith("✓"))).toHaveLength(4);
  // A row that was wider would have wrapped: its rest would begin in the first column.
  for (const row of ended.rows) expect(row).toMatch(/^([✓·] | {13}\S)/);
});

test("the last line of a sweep is divided between words where it is wider than the terminal", async () => {
  await project.offshoot(["up", "--run", "swept"]);
  const file = `${"a-plan-".repeat(4)}for-review.json`;
  const { code, rows } = await offshoot(["sweep", "--run", "swept", "--older-than", "0", "--idle", "0", "--plan", file], 80);
  expect(code).toBe(0);
  const at = rows.findIndex((row) => row.startsWith("Nothing was deleted. The plan is in"));
  expect(
    rows
      .slice(at)
      .map((row) => row.trim())
      .join(" "),
  ).toMatch(/: it deletes \d+ of \d+ databases?(, keeps \d+)?\.$/);
  for (const row of rows.slice(at)) expect(row.length).toBeLessThan(80);
  expect(rows.slice(at + 1).every((row) => row.startsWith("  "))).toBe(true);
});

test("a job that waits shows for whom and how long", async () => {
  await project.offshoot(["up", "--run", "waits"]);
  const leader = project.start(["migrate", "--run", "waits", "--", "sh", "-c", "echo begun; sleep 3"]);
  await leader.until("begun");
  const waiter = await offshoot(["migrate", "--run", "waits", "--", "sh", "-c", "echo begun; sleep 3"], 100);
  expect(
    waiter.seen.flat().some((row) => /migrate {4}waiting for .*\(pid \d+\), which migrates since [\d:]+ UTC +1\.\d s$/.test(row)),
  ).toBe(true);
  expect(linesOf(waiter)[0]).toBe("✓ migrate    sh -c echo begun; sleep 3 · another job ran them");
  expect((await leader.finished).code).toBe(0);
});

test("the audit has one line, after that of the migrations, and none where they fail", async () => {
  await project.write("spec.yaml", "version: 1\nschemas: { public: { tables: { missing: { severity: warning } } } }\n");
  const audited = ["--set", "audit.spec=spec.yaml", "--set", "base=false"];
  const ofRun = await offshoot(["run", "--run", "audited", ...audited, "--", "true"], 80);
  expect(linesOf(ofRun).map((line) => line.slice(0, 12).trim())).toEqual(["✓ database", "✓ migrate", "✓ audit", "✓ true", "✓ deleted"]);
  expect(linesOf(ofRun)[2]).toBe("✓ audit      spec.yaml · 1 warning");
  const ofUp = await offshoot(["up", "--migrate", "--run", "kept", ...audited], 80);
  expect(linesOf(ofUp).filter((line) => /^✓ (migrate|audit) /.test(line))).toEqual([
    "✓ migrate    sh migrate.sh · ran",
    "✓ audit      spec.yaml · 1 warning",
  ]);
  const failing = await offshoot(["run", "--run", "strict", ...audited, "--set", "audit.failOn=warning", "--", "true"], 80);
  expect({ code: failing.code, audits: linesOf(failing).filter((line) => line.startsWith("✓ audit")) }).toEqual({ code: 10, audits: [] });
});

test("a migration that fails shows its tool, and the end of its output in the error", async () => {
  const ended = await offshoot(["run", "--run", "fails", "--set", "migrations.command=echo why; exit 1", "--", "true"], 80);
  expect(ended.code).toBe(11);
  expect(linesOf(ended)).toEqual(
    expect.arrayContaining(["✗ migrate    echo why; exit 1 · failed", "✓ deleted    nothing left", "  Its output was: why"]),
  );
});

test("Ctrl-C ends the command with 130, after the deletion", async () => {
  const command = ["run", "--run", "stopped", "--", process.execPath, "-e", "console.log('works'); setTimeout(() => {}, 60_000)"];
  const ended = await onTerminal([process.execPath, BIN, ...command], {
    columns: 80,
    cwd: project.directory,
    env: { ...project.env, ...UTF8 },
    press: [{ at: "works", keys: "\u0003" }],
  });
  expect(ended.code).toBe(130);
  expect(linesOf(ended).at(-2)).toMatch(/ended by SIGINT, exit status 130$/);
  expect(linesOf(ended).at(-1)).toBe("✓ deleted    nothing left");
});

test("only ASCII where the locale is not UTF-8", async () => {
  const ended = await offshoot(["run", "--run", "ascii", "--", "true"], 80, { LC_ALL: "C" });
  expect(Buffer.from(ended.raw).every((byte) => byte < 0x80)).toBe(true);
  expect(linesOf(ended)[1]).toMatch(/^\+ migrate {4}sh migrate\.sh - had already run$/);
});

/** Codes that set a colour or a weight. */
const PAINT = new RegExp(String.raw`\u001B\[[\d;]*m`);

test("colours where the terminal has them, and none with NO_COLOR or TERM=dumb", async () => {
  const down = ["down", "--run", "none"];
  expect((await offshoot(down, 80)).raw).toMatch(PAINT);
  expect((await offshoot(down, 80, { NO_COLOR: "1" })).raw).not.toMatch(PAINT);
  expect((await offshoot(down, 80, { TERM: "dumb" })).raw).not.toContain("\u001B");
});

test("--no-progress and a CI print lines that do not change", async () => {
  for (const [args, env] of [
    [["--no-progress"], {}],
    [[], { CI: "true" }],
  ] as const) {
    const { raw } = await offshoot(["down", "--run", "none", ...args], 80, { ...UTF8, NO_COLOR: "1", ...env });
    expect(raw).not.toContain("\u001B");
    expect(raw).toContain("down     database not found");
  }
});

test("the table of times is shown with --timings, in a CI, and not otherwise", async () => {
  const run = ["run", "--run", "times"];
  const table = /^command +\d+\.\d s +\d+ % {2}failed: sh -c exit 3 \(exit status 3\)$/m;
  const command = ["--", "sh", "-c", "exit 3"];
  expect((await project.offshoot([...run, ...command])).stderr).not.toMatch(table);
  expect((await project.offshoot([...run, "--timings", ...command])).stderr).toMatch(table);
  expect((await project.offshoot([...run, ...command], { CI: "true" })).stderr).toMatch(table);
});

test("only --verbose shows how the migrations are led", async () => {
  const run = ["run", "--run", "inside"];
  const inside = "detail   This job runs the migrations";
  expect((await project.offshoot([...run, "--set", "base=false", "--", "true"])).stderr).not.toContain(inside);
  expect((await project.offshoot([...run, "--set", "base=false", "--verbose", "--", "true"])).stderr).toContain(inside);
});
