// @module-tag proof
import { expect, test } from "vitest";
import { verdicts } from "../../../support/workflow-results.ts";
import { job, runCancelled, runJobs, runSteps, linesOf } from "./scene.ts";

test("a job starts after the jobs that it needs, and its `if` decides for each of their results", async () => {
  const results = await runJobs({
    bad: job(["exit 1"]),
    waits: job(["true"], { needs: "bad" }),
    good: job(["true"]),
    off: job(["true"], { if: false }),
    usual: job(["true"], { needs: ["good", "off"], if: "${{ !failure() && !cancelled() }}" }),
    // `success()` needs the success of all earlier jobs, also of the skipped one that `usual` allowed.
    after: job(["true"], { needs: "usual" }),
    onFailure: job(["true"], { needs: "waits", if: "failure()" }),
    last: job(["echo ${{ join(needs.*.result) }}"], { needs: ["bad", "good"], if: "always()" }),
  });
  expect(verdicts(results)).toEqual({
    bad: "failure",
    waits: "skipped",
    good: "success",
    off: "skipped",
    usual: "success",
    after: "skipped",
    onFailure: "success",
    last: "success",
  });
  expect(results["last"] && linesOf(results["last"])).toEqual(["failure,success"]);
});

/** A job that ends only after the other has started. */
function meet(own: string, other: string): object {
  const script = `mkdir -p "$MEETING"; touch "$MEETING/${own}"; until [ -e "$MEETING/${other}" ]; do sleep 0.05; done`;
  return job([script], { "timeout-minutes": 1 });
}

test("jobs without `needs` run at the same time", async () => {
  const results = await runJobs({ one: meet("a", "b"), two: meet("b", "a") }, { env: withMeeting });
  expect(verdicts(results)).toEqual({ one: "success", two: "success" });
});

function withMeeting(_job: string, folder: string): Readonly<Record<string, string>> {
  return { PATH: process.env["PATH"] ?? "", MEETING: `${folder}/../meeting` };
}

test.each([
  [true, { "size 1": "failure", "size 2": "cancelled" }],
  [false, { "size 1": "failure", "size 2": "success" }],
])("a matrix creates one job for each combination, and with `fail-fast: %s` a failure gives the results %j", async (fast, wanted) => {
  const strategy = { "fail-fast": fast, matrix: { size: [1, 2], include: [{ size: 2, seconds: fast ? 60 : 0 }] } };
  const legs = job(["[ ${{ matrix.size }} = 2 ] && exec sleep ${{ matrix.seconds }}"], { name: "size ${{ matrix.size }}", strategy });
  expect(verdicts(await runJobs({ legs }))).toEqual(wanted);
});

const AFTER = { if: "always()", run: "echo after" };

test("a step that exceeds its `timeout-minutes` fails, and the job continues", async () => {
  const slow = await runSteps([{ name: "slow", run: "exec sleep 60", "timeout-minutes": 2 }, AFTER], { minuteMs: 100 });
  expect(slow.result).toBe("failure");
  expect(slow.annotations).toEqual([{ severity: "error", text: "The action 'slow' has timed out after 2 minutes." }]);
  expect(linesOf(slow)).toEqual(["after"]);
});

test("a job that exceeds its `timeout-minutes` is cancelled", async () => {
  const { one } = await runJobs({ one: job(["exec sleep 60", AFTER], { "timeout-minutes": 3 }) }, { minuteMs: 100 });
  expect(one?.result).toBe("cancelled");
  expect(one && linesOf(one)).toEqual(["after"]);
});

/** Prints the signals that it gets, and continues to run. */
const STUBBORN = "trap 'echo got INT' INT; trap 'echo got TERM' TERM; echo ready; while true; do sleep 0.05; done";

test("a cancelled step gets SIGINT, then SIGTERM, and is killed at the end; steps with `always()` still run", async () => {
  const { one } = await runCancelled({ one: job([STUBBORN, "echo never", AFTER]) });
  expect(one?.result).toBe("cancelled");
  expect(one && linesOf(one)).toEqual(["ready", "got INT", "got TERM", "after"]);
});

test("only the shell of a cancelled step gets the signals: its child is killed, but a program that replaced the shell with `exec` gets them", async () => {
  const { waits, replaced } = await runCancelled({
    waits: job([`sh -c "${STUBBORN}"\ntrue`]),
    replaced: job([`exec sh -c "${STUBBORN}"`]),
  });
  expect(waits).toMatchObject({ result: "cancelled", orphans: [] });
  expect(waits && linesOf(waits)).toEqual(["ready"]);
  expect(replaced && linesOf(replaced)).toEqual(["ready", "got INT", "got TERM"]);
});

test("after a cancellation a job with `always()` continues, and a job with `always()` that needs it still starts", async () => {
  const results = await runCancelled({
    continues: job(["sleep 1"], { if: "always()" }),
    ends: job(["exec sleep 60"]),
    cleans: job(["true"], { needs: ["continues", "ends"], if: "always()" }),
    never: job(["true"], { needs: "continues" }),
  });
  expect(verdicts(results)).toEqual({ continues: "success", ends: "cancelled", cleans: "success", never: "skipped" });
});

test("steps that still run five minutes after a cancellation are killed", async () => {
  const cancel = new AbortController();
  const { one } = await runJobs(
    { one: job(["exec sleep 60", { if: "always()", run: "echo cleaning\nexec sleep 60" }, AFTER]) },
    { cancel: cancel.signal, onJobStart: () => setTimeout(() => cancel.abort(), 300), minuteMs: 200 },
  );
  expect(one?.result).toBe("cancelled");
  expect(one && linesOf(one)).toEqual(["cleaning"]);
});

test("an unknown name in an expression of a step stops the whole run", async () => {
  const jobs = { wrong: job([{ id: "here", run: "true" }, "echo ${{ steps.there.outcome }}"]), long: job(["exec sleep 300"]) };
  await expect(runJobs(jobs)).rejects.toThrow('"there" does not exist; known: here.');
});

test("processes that still run after their job are stopped and reported", async () => {
  // Not with grep: it takes the zero bytes between the arguments for line ends, and finds "sleep" in "setsid sleep" too.
  const started = `setsid sleep 300 > /dev/null 2>&1 &\nuntil [ "$(tr '\\0' ' ' < /proc/$!/cmdline)" = "sleep 300 " ]; do true; done`;
  expect(await runSteps([started])).toMatchObject({ result: "success", orphans: ["sleep 300"] });
});

test("a re-run of failed jobs runs them and the jobs that need them as a new attempt, with the outputs of the other jobs", async () => {
  const jobs = {
    one: job([{ id: "make", run: 'echo "answer=42" >> "$GITHUB_OUTPUT"' }], { outputs: { answer: "${{ steps.make.outputs.answer }}" } }),
    two: job(["echo ${{ needs.one.outputs.answer }} $GITHUB_RUN_ATTEMPT", "[ ${{ matrix.leg }}$GITHUB_RUN_ATTEMPT != a1 ]"], {
      needs: "one",
      strategy: { "fail-fast": false, matrix: { leg: ["a", "b"] } },
    }),
    three: job(["true"], { needs: "two", if: "always()" }),
  };
  const first = await runJobs(jobs);
  expect(verdicts(first)).toEqual({ one: "success", "two (a)": "failure", "two (b)": "success", three: "success" });
  const started: string[] = [];
  const second = await runJobs(jobs, { earlier: first, onJobStart: (name) => started.push(name) });
  expect(started).toEqual(["two (a)", "three"]);
  expect(second["two (a)"] && linesOf(second["two (a)"])).toEqual(["42 2"]);
  expect(verdicts(second)).toEqual({ one: "success", "two (a)": "success", "two (b)": "success", three: "success" });
});
