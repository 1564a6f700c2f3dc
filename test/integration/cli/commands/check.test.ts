import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { REQUIREMENTS } from "../../../../src/check/workflow/rules/required.ts";
import { makeProject, type Project } from "../../../support/cli.ts";

let project: Project;
beforeAll(async () => {
  project = await makeProject();
  await mkdir(join(project.directory, ".github/workflows"), { recursive: true });
});
afterAll(() => project.remove());

const MISTAKEN = "on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: alembic upgrade head || true\n";

test("check workflow prints findings, ends with status 10, and annotates the line on GitHub", async () => {
  await project.write(".github/workflows/ci.yml", MISTAKEN);
  const { code, stdout, stderr } = await project.call(["check", "workflow"]);
  expect([code, stdout]).toEqual([
    10,
    expect.stringContaining("code: migration-failure-hidden, .github/workflows/ci.yml:6, docs/check.md#migration-failure-hidden"),
  ]);
  expect(stderr).toContain("1 finding");
  const json = await project.call(["check", "workflow", "--json", "--quiet", ".github/workflows/ci.yml"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    version: 1,
    counts: { error: 1 },
    findings: [{ code: "migration-failure-hidden", at: { line: 6 } }],
  });
  const onGitHub = await project.call(["check", "workflow"], { GITHUB_ACTIONS: "true", CI: "true" });
  expect(onGitHub.stdout + onGitHub.stderr).toContain(
    "::error file=.github/workflows/ci.yml,line=6,title=test%2C step 1::a failed migration does not fail the step",
  );
});

test("a workflow that is named twice is checked once", async () => {
  await project.write("twice.yml", MISTAKEN);
  const { stdout } = await project.call(["check", "workflow", "-q", "--json", "twice.yml", "./twice.yml"]);
  expect(JSON.parse(stdout)).toMatchObject({ counts: { error: 1 } });
});

test("an unreadable or invalid workflow is a usage error with its line", async () => {
  await project.write("broken.yml", "on: push\njobs: [\n");
  const broken = await project.call(["check", "workflow", "broken.yml"]);
  expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining("broken.yml:3: ")]);
  const absent = await project.call(["check", "workflow", "absent.yml"]);
  expect([absent.code, absent.stderr]).toEqual([2, expect.stringContaining("Could not read absent.yml: it does not exist.")]);
  const folder = await project.call(["check", "workflow", "."]);
  expect([folder.code, folder.stderr]).toEqual([2, expect.stringContaining("Could not read .: it is a folder.")]);
  await project.write("other.yml", "a: 1\n");
  const other = await project.call(["check", "workflow", "other.yml"]);
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("other.yml is not a GitHub Actions workflow")]);
});

test("check workflow checks shell scripts, and finds the steps that are missing", async () => {
  await project.write("count.sh", "set -e\nn=0\n((n++))\n");
  const script = await project.call(["check", "workflow", "-q", "--json", "count.sh"]);
  expect(JSON.parse(script.stdout)).toMatchObject({
    findings: [{ code: "increment-ends-script", at: { file: "count.sh", line: 3 } }],
  });
  await project.write("plain.yml", "on: push\njobs: { a: { runs-on: x, steps: [{ run: npx offshoot audit }] } }\n");
  const required = await project.call(["check", "workflow", "plain.yml", "--require", "audit, teardown"]);
  expect([required.code, required.stdout]).toEqual([10, expect.stringContaining("no step deletes the database, also after a failure")]);
  const unknown = await project.call(["check", "workflow", "plain.yml", "--require", "tearown"]);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("Did you mean teardown?")]);
});

test("the setting check.workflow.require names the required steps, and --require replaces it", async () => {
  await project.write("plain.yml", "on: push\njobs: { a: { runs-on: x, steps: [{ run: npx offshoot audit }] } }\n");
  await project.write("offshoot.yaml", "check:\n  workflow:\n    require: [audit, teardown, metrics]\n");
  const call = async (...flags: readonly string[]): Promise<readonly unknown[]> => {
    const { code, stdout } = await project.call(["check", "workflow", "-q", "--json", "plain.yml", ...flags]);
    return [code, ...(JSON.parse(stdout) as { findings: { facts: { step: string } }[] }).findings.map(({ facts }) => facts.step)];
  };
  expect([await call(), await call("--require", "audit"), await call("--set", "check.workflow.require=worker")]).toEqual([
    [10, "teardown", "metrics"],
    [0],
    [10, "worker"],
  ]);
  await project.write("offshoot.yaml", "check: { workflow: { require: [audit, tearown] } }\n");
  const misspelt = await project.call(["check", "workflow", "plain.yml"]);
  expect([misspelt.code, misspelt.stderr]).toEqual([
    2,
    expect.stringMatching(/offshoot.yaml:1: check.workflow.require [^]*Did you mean "teardown"\?/),
  ]);
  await project.write("offshoot.yaml", "");
});

test.each(REQUIREMENTS)("offshoot.yaml can require the step %s, and the step that the finding shows meets it", async (step) => {
  await project.write("bare.yml", "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: npm test\n");
  await project.write("offshoot.yaml", `check:\n  workflow:\n    require:\n      - ${step}\n`);
  const { code, stdout } = await project.call(["check", "workflow", "-q", "--json", "bare.yml"]);
  const { findings } = JSON.parse(stdout) as { findings: { code: string; facts: { step: string; add: string[] } }[] };
  expect([code, findings.map((each) => [each.code, each.facts.step])]).toEqual([10, [["step-missing", step]]]);
  const add = findings[0]?.facts.add ?? [];
  const steps = add[0]?.startsWith("-") === true ? add : ["- run: npm test", ...add.map((line) => `  ${line}`)];
  await project.write("bare.yml", `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n${steps.map((line) => `      ${line}\n`).join("")}`);
  expect((await project.call(["check", "workflow", "-q", "bare.yml"])).code).toBe(0);
  await project.write("offshoot.yaml", "");
});

/** The reported race: each of three jobs migrates in a step with this condition. */
const racing = (condition: string): string => {
  const job = (id: string): string =>
    `  ${id}:\n    needs: setup\n    runs-on: x\n    steps:\n      - if: ${condition}\n        run: alembic upgrade head\n`;
  return `on: push\njobs:\n  setup:\n    runs-on: x\n    outputs: { use_neon: "\${{ steps.p.outputs.neon }}" }\n    steps: [{ id: p, run: ./probe }]\n${["integration", "costsim", "e2e"].map(job).join("")}`;
};

/** The code of each finding in that workflow, with the jobs that it names. */
async function raceOf(condition: string): Promise<readonly unknown[]> {
  await project.write("race.yml", racing(condition));
  const { stdout } = await project.call(["check", "workflow", "-q", "--json", "race.yml"]);
  const { findings } = JSON.parse(stdout) as { findings: { code: string; facts: { jobs?: readonly string[] } }[] };
  return findings.map(({ code, facts }) => [code, ...(facts.jobs ?? [])]);
}

test("three jobs that migrate in a step with one condition are one finding, and a misspelt output or a boolean are others", async () => {
  const race = ["migrates-twice", "integration", "costsim", "e2e"];
  expect(await raceOf("needs.setup.outputs.use_neon == 'true'")).toEqual([race]);
  const misspelt = await raceOf("needs.setup.outputs.useneon == 'true'");
  expect(misspelt).toHaveLength(4);
  expect(misspelt).toEqual(expect.arrayContaining([race, ["output-missing"]]));
  expect(await raceOf("needs.setup.outputs.use_neon == true")).toEqual(expect.arrayContaining([race, ["output-as-boolean"]]));
});

test("a worker gets its own flags also without --", async () => {
  const script = "echo $0 $1; exec sleep 60";
  const { code, stderr } = await project.call(["check", "worker", "--for", "100ms", "sh", "-c", script, "--config", "x"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("--config x") });
});

test("each check has progress lines with its own name", async () => {
  const metrics = await project.call(["check", "metrics", "http://127.0.0.1:9/metrics", "--within", "100ms"]);
  const worker = await project.call(["check", "worker", "--for", "100ms", "--", "sh", "-c", "echo one; exec sleep 60"]);
  await project.write("plain.yml", "on: push\njobs: { a: { runs-on: x, steps: [{ run: npm test }] } }\n");
  const workflow = await project.call(["check", "workflow", "plain.yml"]);
  expect([metrics.stderr, worker.stderr, workflow.stderr]).toEqual([
    expect.stringMatching(/^metrics +1 finding/m),
    expect.stringMatching(/^worker +no findings/m),
    expect.stringMatching(/^workflow +no findings/m),
  ]);
});

test("check worker shows the output of the worker on stderr, and the findings on stdout", async () => {
  const flags = ["--for", "200ms", "--lines", "2"];
  const good = await project.call(["check", "worker", ...flags, "--", "sh", "-c", "echo one; echo two; exec sleep 60"]);
  expect([good.code, good.stdout]).toEqual([0, "The worker runs as expected: no findings.\n"]);
  expect(good.stderr).toContain("one\ntwo\n");
  const bad = await project.call(["check", "worker", ...flags, "--within", "500ms", "--", "sh", "-c", "echo one; exec sleep 60"]);
  expect([bad.code, bad.stdout]).toEqual([10, expect.stringContaining("of 2 lines in 0.5 s")]);
});

test("check metrics reports an invalid metric name as a usage error, and an unreachable endpoint as a finding", async () => {
  const usage = await project.call(["check", "metrics", "http://127.0.0.1:9/metrics", "--metric", "a{b=1}"]);
  expect([usage.code, usage.stderr]).toEqual([2, expect.stringContaining("a{b=1} is not a valid metric name.")]);
  const misspelt = await project.call(["check", "metrics", "http://127.0.0.1:9/metrics", "--metric", "runs:coutner"]);
  expect([misspelt.code, misspelt.stderr]).toEqual([
    2,
    expect.stringContaining("coutner is not a type of a metric. Did you mean counter?"),
  ]);
  const quoted = await project.call(["check", "metrics", "http://127.0.0.1:9/", "--within", "100ms", "--metric", '"runs:coutner"']);
  expect(quoted.code).toBe(10);
  const absent = await project.call(["check", "metrics", "http://127.0.0.1:9/metrics", "--within", "100ms", "--metric", "up:gauge"]);
  expect([absent.code, absent.stdout]).toEqual([10, expect.stringContaining("code: endpoint-unreachable")]);
});

test("check worker waits as long as --within for a worker that is not there, also when --for is longer", async () => {
  const start = performance.now();
  const { code, stdout } = await project.call(["check", "worker", "-q", "--pid-file", "none.pid", "--within", "300ms", "--for", "1m"]);
  expect([code, stdout]).toEqual([10, expect.stringContaining("worker was not found within 0.3 s: could not read")]);
  expect(performance.now() - start).toBeLessThan(30_000);
});

describe("the reports of a check", () => {
  test("are written to files in all formats, beside the text on stdout", async () => {
    await project.write("reported.yml", MISTAKEN);
    const formats = ["junit=check.xml", "sarif=check.sarif", "code-quality=check.json", "markdown=check.md", "json=findings.json"];
    const flags = formats.flatMap((report) => ["--report", report]);
    const { code, stdout } = await project.call(["check", "workflow", "-q", "reported.yml", ...flags]);
    expect([code, stdout]).toEqual([10, expect.stringMatching(/^ERRORS\n[^]*\n1 error\n$/)]);
    const read = (file: string): Promise<string> => readFile(join(project.directory, file), "utf8");
    expect(await read("check.xml")).toContain('<testsuites name="offshoot check workflow" tests="1" failures="1" errors="0" skipped="0"');
    expect(JSON.parse(await read("check.sarif"))).toMatchObject({
      runs: [{ results: [{ ruleId: "migration-failure-hidden", locations: [{ physicalLocation: { region: { startLine: 6 } } }] }] }],
    });
    expect(JSON.parse(await read("check.json"))).toMatchObject([{ location: { path: "reported.yml", lines: { begin: 6 } } }]);
    expect(await read("check.md")).toMatch(/^\*\*Workflows\*\*: 1 error\n/);
    expect(JSON.parse(await read("findings.json"))).toMatchObject({ version: 1, counts: { error: 1 } });
  });

  test("fail on warnings with --fail-on warning, and only on errors by default", async () => {
    await project.write("counting.yml", MISTAKEN.replace("alembic upgrade head || true", "((n++))"));
    const codeOf = async (...flags: readonly string[]) => (await project.call(["check", "workflow", "-q", "counting.yml", ...flags])).code;
    expect([await codeOf(), await codeOf("--fail-on", "warning"), await codeOf("--fail-on", "eror")]).toEqual([0, 10, 2]);
  });

  test("of metrics and workers without findings have one passed test case", async () => {
    const flags = ["-q", "--for", "100ms", "--report", "junit"];
    const { code, stdout } = await project.call(["check", "worker", ...flags, "--", "sh", "-c", "echo one; exec sleep 60"]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('<testcase classname="worker" name="no findings" time="0"/>')]);
    const metrics = await project.call(["check", "metrics", "http://127.0.0.1:9/", "--within", "100ms", "-q", "--report", "sarif"]);
    expect(JSON.parse(metrics.stdout)).toMatchObject({ runs: [{ results: [{ ruleId: "endpoint-unreachable" }] }] });
  });
});
