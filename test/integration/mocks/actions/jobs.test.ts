import { expect, test } from "vitest";
import { job, runCancelled, runJobs, runSteps, said, verdicts } from "./scene.ts";

test("jobs wait for those that they need, and `if` decides whatever their end", async () => {
  const results = await runJobs({
    bad: job(["exit 1"]),
    waits: job(["true"], { needs: "bad" }),
    good: job(["true"]),
    off: job(["true"], { if: false }),
    usual: job(["true"], { needs: ["good", "off"], if: "${{ !failure() && !cancelled() }}" }),
    // `success()` asks about every job that came before, also the one that `usual` put up with.
    after: job(["true"], { needs: "usual" }),
    mourns: job(["true"], { needs: "waits", if: "failure()" }),
    last: job(["echo ${{ join(needs.*.result) }}"], { needs: ["bad", "good"], if: "always()" }),
  });
  expect(verdicts(results)).toEqual({
    bad: "failure",
    waits: "skipped",
    good: "success",
    off: "skipped",
    usual: "success",
    after: "skipped",
    mourns: "success",
    last: "success",
  });
  expect(results["last"] && said(results["last"])).toEqual(["failure,success"]);
});

/** A job that ends only when the other has begun. */
function meet(own: string, other: string): object {
  const script = `mkdir -p "$MEETING"; touch "$MEETING/${own}"; until [ -e "$MEETING/${other}" ]; do sleep 0.05; done`;
  return job([script], { "timeout-minutes": 1 });
}

test("jobs that need nothing of each other run at the same time", async () => {
  const results = await runJobs({ one: meet("a", "b"), two: meet("b", "a") }, { env: withMeeting });
  expect(verdicts(results)).toEqual({ one: "success", two: "success" });
});

function withMeeting(_job: string, folder: string): Readonly<Record<string, string>> {
  return { PATH: process.env["PATH"] ?? "", MEETING: `${folder}/../meeting` };
}

test.each([
  [true, { "size 1": "failure", "size 2": "cancelled" }],
  [false, { "size 1": "failure", "size 2": "success" }],
])("the legs of a matrix are jobs of their own; with fail-fast %s the first that fails ends the others or not", async (fast, wanted) => {
  const strategy = { "fail-fast": fast, matrix: { size: [1, 2], include: [{ size: 2, seconds: fast ? 60 : 0 }] } };
  const legs = job(["[ ${{ matrix.size }} = 2 ] && exec sleep ${{ matrix.seconds }}"], { name: "size ${{ matrix.size }}", strategy });
  expect(verdicts(await runJobs({ legs }))).toEqual(wanted);
});

const AFTER = { if: "always()", run: "echo after" };

test("a step whose minutes are over fails, and the job goes on", async () => {
  const slow = await runSteps([{ name: "slow", run: "exec sleep 60", "timeout-minutes": 2 }, AFTER], { minuteMs: 100 });
  expect(slow.result).toBe("failure");
  expect(slow.annotations).toEqual([{ severity: "error", text: "The action 'slow' has timed out after 2 minutes." }]);
  expect(said(slow)).toEqual(["after"]);
});

test("a job whose minutes are over is cancelled", async () => {
  const { one } = await runJobs({ one: job(["exec sleep 60", AFTER], { "timeout-minutes": 3 }) }, { minuteMs: 100 });
  expect(one?.result).toBe("cancelled");
  expect(one && said(one)).toEqual(["after"]);
});

/** Says which signals it heard, and lives on. */
const STUBBORN = "trap 'echo heard INT' INT; trap 'echo heard TERM' TERM; echo ready; while true; do sleep 0.05; done";

test("a cancelled step hears SIGINT, then SIGTERM, and is killed at last; steps that always run still run", async () => {
  const { one } = await runCancelled({ one: job([STUBBORN, "echo never", AFTER]) });
  expect(one?.result).toBe("cancelled");
  expect(one && said(one)).toEqual(["ready", "heard INT", "heard TERM", "after"]);
});

test("the signals reach the shell of a step alone: what it waits for is killed, unless it took the shell's place", async () => {
  const { waits, hands } = await runCancelled({
    waits: job([`sh -c "${STUBBORN}"\ntrue`]),
    hands: job([`exec sh -c "${STUBBORN}"`]),
  });
  expect(waits).toMatchObject({ result: "cancelled", orphans: [] });
  expect(waits && said(waits)).toEqual(["ready"]);
  expect(hands && said(hands)).toEqual(["ready", "heard INT", "heard TERM"]);
});

test("a job whose condition holds for a cancelled run goes on, and one that waits for it still starts", async () => {
  const results = await runCancelled({
    goes: job(["sleep 1"], { if: "always()" }),
    ends: job(["exec sleep 60"]),
    cleans: job(["true"], { needs: ["goes", "ends"], if: "always()" }),
    never: job(["true"], { needs: "goes" }),
  });
  expect(verdicts(results)).toEqual({ goes: "success", ends: "cancelled", cleans: "success", never: "skipped" });
});

test("what still runs five minutes after a cancel is killed", async () => {
  const cancel = new AbortController();
  const { one } = await runJobs(
    { one: job(["exec sleep 60", { if: "always()", run: "echo cleaning\nexec sleep 60" }, AFTER]) },
    { cancel: cancel.signal, onJobStart: () => setTimeout(() => cancel.abort(), 300), minuteMs: 200 },
  );
  expect(one?.result).toBe("cancelled");
  expect(one && said(one)).toEqual(["cleaning"]);
});

test("a name that there is not, in a step that is reached, ends the whole run", async () => {
  const jobs = { wrong: job([{ id: "here", run: "true" }, "echo ${{ steps.there.outcome }}"]), long: job(["exec sleep 300"]) };
  await expect(runJobs(jobs)).rejects.toThrow('"there" does not exist; known: here.');
});

test("processes that outlive their job are ended with its machine, and named", async () => {
  const started = "setsid sleep 300 > /dev/null 2>&1 &\nuntil grep -q ^sleep /proc/$!/cmdline; do true; done";
  expect(await runSteps([started])).toMatchObject({ result: "success", orphans: ["sleep 300"] });
});

test("a re-run of failed jobs runs them and what needs them, one attempt later, with the outputs of the others", async () => {
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
  expect(second["two (a)"] && said(second["two (a)"])).toEqual(["42 2"]);
  expect(verdicts(second)).toEqual({ one: "success", "two (a)": "success", "two (b)": "success", three: "success" });
});
