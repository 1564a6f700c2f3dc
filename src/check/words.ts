import type { CheckCode, CheckedObject, CheckFinding, FactsByCode } from "./finding.ts";

/** A finding in words. */
export interface Message {
  /** What is wrong, as the end of a sentence that starts with the object. */
  readonly problem: string;
  /** Facts, one per line. */
  readonly details: readonly string[];
  /** What to do. */
  readonly remedy: string;
}

const WORDS: { readonly [C in CheckCode]: (facts: FactsByCode[C], object: CheckedObject) => Message } = {
  "endpoint-unreachable": ({ why }) => ({
    problem: "nothing answers",
    details: [`error: ${why}`],
    remedy: "Start the service before, or give it longer with --within.",
  }),
  "endpoint-status": ({ status }) => ({
    problem: `answers with status ${status}`,
    details: [],
    remedy: "Look at the path, and whether it wants a token: --token names the variable that holds one.",
  }),
  "endpoint-format": ({ line, text, why }) => ({
    problem: `line ${line} is not in the text format of Prometheus: ${why}`,
    details: [`found: ${text}`],
    remedy: "Look whether the path leads to the metrics; a scrape refuses the whole answer for one bad line.",
  }),
  "metric-missing": ({ nearest }) => ({
    problem: "metric is not there",
    details: nearest === undefined ? [] : [`there is: ${nearest}`],
    remedy: "Register it where the service starts, so that it is there before its first event.",
  }),
  "metric-type": ({ expected, actual }) => ({
    problem: "metric has another type",
    details: [`wanted: ${expected}`, `found: ${actual}`],
    remedy: "Queries on the wrong type give wrong rates: correct the service or the gate.",
  }),
  "metric-empty": ({ type }) => ({
    problem: `metric is declared as ${type} and has no value`,
    details: [],
    remedy: "A metric with labels has none until each combination was used once: touch those that are known at the start.",
  }),

  "worker-ended": ({ how, after, tail }) => ({
    problem: `worker ended with ${how} after ${after}, and was to go on`,
    details: tail.map((line) => `| ${line}`),
    remedy: "Its last lines tell why; try the same command by hand.",
  }),
  "worker-quiet": ({ lines, wanted, within }) => ({
    problem: `worker wrote ${lines} of ${wanted} lines in ${within}`,
    details: [],
    remedy: "Log what it does, unbuffered (PYTHONUNBUFFERED=1 is set here; others have flags of their own), or ask for less with --lines.",
  }),
  "worker-unready": ({ text, within, tail }) => ({
    problem: `worker did not say "${text}" in ${within}`,
    details: tail.map((line) => `| ${line}`),
    remedy: "Its last lines tell what it waits for.",
  }),
  "worker-complains": ({ lines }) => ({
    problem: "worker lives, and its log tells of failures",
    details: lines.map((line) => `| ${line}`),
    remedy: "A worker that catches and logs everything never fails its gate: look at these lines.",
  }),
  "worker-stubborn": ({ signal, grace }) => ({
    problem: `worker did not end within ${grace} of ${signal}, and was killed`,
    details: [],
    remedy: `Handle ${signal}: a deployment that has to kill loses what is in work.`,
  }),
  "worker-left": ({ after }) => ({
    problem: `worker ended and left processes, which were killed after ${after}`,
    details: [],
    remedy: "End the children with the parent, and wait for them.",
  }),

  "migrates-twice": ({ jobs, command }) => ({
    problem: `jobs that may run at once migrate one database: ${jobs.join(", ")}`,
    details: [`command: ${command}`],
    remedy: "Put `offshoot migrate --` before the command in each: one of them runs it, and the others wait.",
  }),
  "migration-failure-hidden": ({ command, by }) => ({
    problem: `a failed migration is hidden by ${by}`,
    details: [`command: ${command}`],
    remedy:
      by === "a pipe"
        ? "Set `shell: bash`, which adds pipefail: without it the status is that of the last command in the pipe."
        : "Let it fail: whatever follows runs on a schema that nobody knows.",
  }),
  "migrates-through-pooler": ({ variable, value }) => ({
    problem: "migrations go through a pooler, which gives no session to lock in",
    details: [`found: ${variable}: ${value}`],
    remedy: "Give migrations the direct URL: DATABASE_URL_UNPOOLED, or db_url of Neon's action.",
  }),
  "secret-in-output": ({ output, value }) => ({
    problem: `output "${output}" hands a secret to other jobs`,
    details: [`found: ${value}`],
    remedy: "GitHub drops an output that holds a masked value. Let each job ask for the URL itself: offshoot env --format ci.",
  }),
  "needs-missing": ({ job, expression }) => ({
    problem: `reads from the job "${job}" without needing it`,
    details: [`found: ${expression}`],
    remedy: `Add ${job} to needs: without it the expression is empty, and a condition on it is silently false.`,
  }),
  "branch-left": ({ uses }) => ({
    problem: "makes a Neon branch that nobody deletes",
    details: [`found: ${uses}`],
    remedy: "Give it an expiry (expires_at), and delete it in a job with `if: always()`; offshoot up does both.",
  }),
  "cleanup-skipped": ({ step }) => ({
    problem: "cleans up only when all went well",
    details: [`found: ${step}`],
    remedy: "Add `if: always()`: a failed or cancelled run otherwise leaves its database.",
  }),
  "untrusted-checkout": ({ ref }) => ({
    problem: "runs the code of a pull request with this repository's secrets",
    details: [`found: ref: ${ref}`],
    remedy: "Use pull_request, where forks get no secrets and a local Postgres will do; or check out the base alone.",
  }),
  "output-buffered": ({ command }) => ({
    problem: "starts Python in the background, whose output stays in a buffer",
    details: [`command: ${command}`],
    remedy: "Set PYTHONUNBUFFERED: 1, or start it with python -u: else the log of a worker that is killed is empty.",
  }),
  "increment-ends-script": ({ command }) => ({
    problem: "a counter ends the script: ((x++)) fails where x was 0, and the shell runs with -e",
    details: [`command: ${command}`],
    remedy: "Write x=$((x + 1)).",
  }),
};

/** Says a finding in words. */
export function messageFor(finding: CheckFinding): Message {
  // The table pairs each code with its facts, which TypeScript can't follow through a lookup.
  const words = WORDS[finding.code] as (facts: unknown, object: CheckedObject) => Message;
  return words(finding.facts, finding.object);
}
