import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { githubEvent } from "../../../support/workflow-results.ts";
import { job, runJobs, runSteps, linesOf } from "./scene.ts";

const CHECKOUT = { uses: "actions/checkout@v4" };

let repository: string;

beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), "offshoot-repository-"));
  await writeFile(join(repository, "hello.txt"), "hello\n");
  await mkdir(join(repository, "act"));
  const put = (name: string, ...lines: readonly string[]): Promise<void> => writeFile(join(repository, "act", name), lines.join("\n"));
  await put(
    "action.yml",
    "name: Act",
    "description: Tries.",
    "inputs: { two words: { description: A }, usual: { description: B, default: given } }",
    "outputs: { said: { description: C } }",
    "runs: { using: node24, main: main.mjs, post: post.mjs }",
  );
  await put(
    "main.mjs",
    'import { appendFileSync } from "node:fs";',
    String.raw`appendFileSync(process.env.GITHUB_OUTPUT, "said=" + process.env.INPUT_TWO_WORDS + process.env.INPUT_USUAL + "\n");`,
    String.raw`appendFileSync(process.env.GITHUB_STATE, "kept=it\n");`,
  );
  await put("post.mjs", 'console.log("post has", process.env.STATE_kept);');
});

afterAll(() => rm(repository, { recursive: true, force: true }));

test("a workspace is empty until the repository is checked out", async () => {
  expect(await runSteps(["cat hello.txt"])).toMatchObject({ result: "failure" });
  const checkedOut = await runSteps([CHECKOUT, "cat hello.txt"], { repository });
  expect(checkedOut.result).toBe("success");
  expect(linesOf(checkedOut)).toEqual(["hello"]);
});

test("variables, paths and outputs reach the later steps through files, and only outputs reach other jobs", async () => {
  const script = [
    String.raw`printf 'LINES<<end\na\nb\nend\n' >> "$GITHUB_ENV"`,
    'echo "answer=42" >> "$GITHUB_OUTPUT"',
    'echo "$PWD/tools" >> "$GITHUB_PATH"',
    String.raw`mkdir tools && printf '#!/bin/sh\necho a tool' > tools/tool && chmod +x tools/tool`,
  ];
  const { one, two } = await runJobs({
    one: job([{ id: "make", run: script.join("\n") }, 'echo "[$LINES] ${{ steps.make.outputs.answer }} ${{ env.LINES }}" && tool'], {
      outputs: { answer: "${{ steps.make.outputs.answer }}" },
    }),
    two: job(['echo "[$LINES] ${{ needs.one.outputs.answer }}"'], { needs: "one" }),
  });
  expect(one?.outputs).toEqual({ answer: "42" });
  expect(one && linesOf(one)).toEqual(["[a", "b] 42 a", "b", "a tool"]);
  expect(two && linesOf(two)).toEqual(["[] 42"]);
});

test.each([
  ["nonsense", "Invalid format 'nonsense'"],
  ["A<<end", "Matching delimiter not found 'end'"],
  ["NODE_OPTIONS=--inspect", "Can't store NODE_OPTIONS"],
  ["GITHUB_SHA=0", "Can't store GITHUB_SHA"],
])("the line %s in GITHUB_ENV fails its step", async (line, message) => {
  const { result, annotations } = await runSteps([`echo '${line}' >> "$GITHUB_ENV"`]);
  expect(result).toBe("failure");
  expect(annotations).toEqual([{ severity: "error", text: expect.stringContaining(message) }]);
});

test("a masked value is hidden in the log from then on, also in the printed environment of later steps", async () => {
  const script = [
    "word=$(printf 'p%%ss')",
    String.raw`printf '::add-mask::p%%25ss\n'`,
    'echo "the $word and the ${{ secrets.KEY }}"',
    'echo "PASSWORD=$word" >> "$GITHUB_ENV"',
  ];
  const result = await runSteps([script.join("\n"), "true"], { secrets: { KEY: "key-of-ours" } });
  expect(result.result).toBe("success");
  expect(linesOf(result)).toEqual(["the *** and the ***"]);
  expect(result.log).toContain("\n  PASSWORD: ***");
});

const shows = String.raw`printf 'hunter%s\n' 2`;
const masks = String.raw`printf '::add-mask::hunter%s\n' 2`;

test.each([
  ["before it is masked", "the log of one", { one: job([`${shows}\n${masks}`]) }],
  ["by another job", "the log of two", { one: job([masks]), two: job([shows], { needs: "one" }) }],
  ["in a URL", "the log of one", { one: job([String.raw`printf 'postgresql://me:%s@localhost/x\n' word`]) }],
  ["in a summary", "the summary of one", { one: job(['echo "${{ secrets.KEY }}" >> "$GITHUB_STEP_SUMMARY"']) }],
])("a secret that a job shows %s fails the whole run with an error that does not contain the secret", async (_how, where, jobs) => {
  const failure: unknown = await runJobs(jobs, { secrets: { KEY: "key-of-ours" } }).catch((thrown: unknown) => thrown);
  expect(String(failure)).toMatch(new RegExp(`A secret is shown in ${where}: .*…`));
  expect(String(failure)).not.toMatch(/hunter2|key-of-ours|:word@/);
});

test("an output that contains a secret is dropped, and the next job does not get it", async () => {
  const { one, two } = await runJobs(
    {
      one: job([{ id: "make", run: 'echo "key=${{ secrets.KEY }}" >> "$GITHUB_OUTPUT"' }], {
        outputs: { key: "${{ steps.make.outputs.key }}" },
      }),
      two: job(['echo "[${{ needs.one.outputs.key }}]"'], { needs: "one" }),
    },
    { secrets: { KEY: "key-of-ours" } },
  );
  expect(one).toMatchObject({ outputs: {}, dropped: ["key"] });
  expect(two && linesOf(two)).toEqual(["[]"]);
});

test("a pull request of a fork gets no secrets", async () => {
  const given = { secrets: { KEY: "key-of-ours" }, event: githubEvent("fork-pull-request") };
  expect(linesOf(await runSteps(['echo "[${{ secrets.KEY }}]"'], given))).toEqual(["[]"]);
});

/** A script that writes a letter `bytes` times to the summary. */
function write(bytes: number, letter: string): string {
  return `head -c ${bytes} /dev/zero | tr '\\0' ${letter} >> "$GITHUB_STEP_SUMMARY"`;
}

test("a summary over 1 MiB is not shown, and an annotation reports it", async () => {
  const { summary, annotations, result } = await runSteps([write(1_048_577, "x"), write(1_048_576, "y")]);
  expect(result).toBe("success");
  expect(summary).toBe("y".repeat(1_048_576));
  expect(annotations).toEqual([{ severity: "error", text: expect.stringContaining("supports content up to a size of 1024k, got 1025k") }]);
});

test("workflow commands become annotations, and the disabled command `set-env` fails its step", async () => {
  const result = await runSteps([
    "echo '::warning file=a.sql,line=3::two%0Alines'",
    "echo '::stop-commands::pause'; echo '::warning::plain'; echo '::pause::'; echo '::notice::read again'",
  ]);
  expect(result.annotations).toEqual([
    { severity: "warning", text: "two\nlines" },
    { severity: "notice", text: "read again" },
  ]);
  expect(linesOf(result)).toContain("::warning::plain");
  expect(await runSteps(["echo '::set-env name=A::b'"])).toMatchObject({ result: "failure" });
});

test("conditions decide which steps run after a failure, and `continue-on-error` ignores a failure", async () => {
  const result = await runSteps([
    { id: "bad", run: "exit 3", "continue-on-error": true },
    "echo ignored ${{ steps.bad.outcome }} ${{ steps.bad.conclusion }}",
    "exit 1",
    "echo never",
    { if: "failure()", run: "echo failed" },
    { if: "always()", run: "echo always" },
    { if: "cancelled()", run: "echo cancelled" },
  ]);
  expect(result.result).toBe("failure");
  expect(linesOf(result)).toEqual(["ignored failure success", "failed", "always"]);
});

test("a local action gets its inputs and sets outputs, and its post step gets its state at the end of the job", async () => {
  const act = { id: "act", uses: "./act", with: { "two words": "hello" } };
  const result = await runSteps([CHECKOUT, act, "echo ${{ steps.act.outputs.said }}", "exit 1"], { repository });
  expect(result.result).toBe("failure");
  expect(linesOf(result)).toEqual(["hellogiven", "post has it"]);
});

test.each([
  ["before a checkout", [{ uses: "./act" }], "Did you forget to run actions/checkout?"],
  ["with an unknown input", [CHECKOUT, { uses: "./act", with: { other: 1 } }], "Unexpected input(s) 'other'"],
  ["that the runner does not know", [{ uses: "acme/thing@v1" }], "The runner does not know the action acme/thing@v1."],
  ["that caches without a lock file", [CHECKOUT, { uses: "actions/setup-node@v4", with: { cache: "npm" } }], "lock file is not found"],
])("an action %s fails its step", async (_how, steps, message) => {
  const { result, annotations } = await runSteps(steps, { repository });
  expect(result).toBe("failure");
  expect(annotations).toEqual([{ severity: "error", text: expect.stringContaining(message) }]);
});
