import { detail, type KindsOf } from "../findings/kind.ts";
import type { CheckFacts } from "./facts.ts";

/** The messages of the checks. */
export const MESSAGES: { readonly [C in keyof CheckFacts]: KindsOf<CheckFacts>[C]["message"] } = {
  "endpoint-unreachable": ({ why }) => ({
    problem: "the endpoint does not answer",
    details: detail("error", why),
    remedy: "Start the service before the check, or increase --within.",
  }),
  "endpoint-unreadable": ({ why }) => ({
    problem: "the endpoint answers, but the answer cannot be read to its end",
    details: detail("error", why),
    remedy: "Correct the service or the proxy before it: the length and the compression must be those that the headers name.",
  }),
  "endpoint-status": ({ status }) => ({
    problem: `the endpoint answers with status ${status}`,
    details: [],
    remedy: "Check the path of the URL. If the endpoint needs a token, name the variable that holds it with --token.",
  }),
  "endpoint-content-type": ({ why }) => ({
    problem: `Prometheus 3 rejects the answer: ${why}`,
    details: [],
    remedy: "Send `Content-Type: text/plain; version=0.0.4`. Prometheus reads other types only with fallback_scrape_protocol.",
  }),
  "endpoint-format": ({ line, text, why }) => ({
    problem: `line ${line} is not in the format of the answer: ${why}`,
    details: detail("found", text),
    remedy: "Check that the URL is the metrics endpoint, and correct the line. Prometheus rejects the whole answer for one bad line.",
  }),
  "metric-missing": ({ nearest }) => ({
    problem: "metric is missing",
    details: detail("similar", nearest),
    remedy:
      nearest === undefined
        ? "Register it when the service starts, so that it exists before its first event."
        : "Correct the name if the similar one is meant. Otherwise register the metric when the service starts, so that it exists before its first event.",
  }),
  "metric-type": ({ expected, actual }) => ({
    problem: "metric has another type",
    details: [...detail("expected", expected), ...detail("found", actual)],
    remedy: "Correct the service or the check. Queries for the wrong type give wrong results.",
  }),
  "metric-empty": ({ type }) => ({
    problem: `metric is declared as ${type}, but has no value`,
    details: [],
    remedy:
      "A metric with labels has no value for a combination before its first use. Initialize the combinations that you know at the start.",
  }),

  "series-twice": ({ line }) => ({
    problem: `a series has a second value in line ${line}`,
    details: [],
    remedy: "Write each combination of labels once. Prometheus keeps one of the values and logs a warning.",
  }),
  "type-twice": ({ line }) => ({
    problem: `the type is declared again in line ${line}`,
    details: [],
    remedy: "Write all values of the metric after one TYPE line. Some readers reject the answer.",
  }),
  "type-late": ({ line }) => ({
    problem: `the type is declared in line ${line}, after values of the metric`,
    details: [],
    remedy: "Write the TYPE line before the values. Some readers reject the answer.",
  }),

  "worker-ended": ({ how, after, tail }) => ({
    problem: `worker ended with ${how} after ${after}, before the end of the check`,
    details: quoted(tail),
    remedy:
      tail.length > 0 ? "Read its last lines above, and run the same command by hand." : "Read its log, or run the same command by hand.",
  }),
  "worker-not-found": ({ why, within }) => ({
    problem: `worker was not found${within === undefined ? "" : ` within ${within}`}: ${why}`,
    details: [],
    remedy:
      within === undefined
        ? "Correct the process id, or use --pid-file or --match, which wait for the worker."
        : "Start the worker before the check, correct the name, or increase --within.",
  }),
  "worker-restarts": ({ program, times }) => ({
    problem: `worker ended and was started again ${times === "1" ? "once" : `${times} times`}`,
    details: detail("restarted", program),
    remedy: "Find out why it ends: a supervisor hides it. If restarts are normal, accept them with --restarts N.",
  }),
  "worker-few-lines": ({ lines, expected, within, buffered }) => ({
    problem: `worker wrote ${lines} of ${expected} lines in ${within}`,
    details: detail("cause", buffered),
    remedy:
      buffered === undefined
        ? "Log what the worker does, without buffering, or expect fewer lines with --lines."
        : "Set PYTHONUNBUFFERED=1 where the worker is started, or expect fewer lines with --lines.",
  }),
  "worker-line-missing": ({ pattern, within, tail }) => ({
    problem: `worker wrote no line that matches ${pattern} within ${within}`,
    details: quoted(tail),
    remedy: "Read its last lines above, correct the pattern of --must, or increase --within.",
  }),
  "worker-line-forbidden": ({ pattern, lines }) => ({
    problem: `worker wrote lines that match ${pattern}`,
    details: quoted(lines),
    remedy: "Check these lines, or correct the pattern of --must-not.",
  }),
  "worker-log-old": ({ age, limit }) => ({
    problem: `the last line of the worker is ${age} old; at most ${limit} is accepted`,
    details: [],
    remedy: "Find out what the worker waits for, or increase --fresh.",
  }),
  "worker-not-ready": ({ text, within, tail }) => ({
    problem: `worker did not write "${text}" within ${within}`,
    details: quoted(tail),
    remedy: "Read its last lines above to see what it waits for, or increase --within.",
  }),
  "worker-log-failures": ({ lines }) => ({
    problem: "worker runs, but its log contains failures",
    details: quoted(lines),
    remedy: "Check these lines. A worker that catches and logs every error never ends with a failure.",
  }),
  "worker-killed": ({ signal, grace, processes }) => ({
    problem: `worker did not end within ${grace} after ${signal} and was killed`,
    details: detail("killed with it", processes.length === 0 ? undefined : processes.join(", ")),
    remedy: `Handle ${signal} in the worker. A deployment that kills it loses the work in progress.`,
  }),
  "worker-children-left": ({ processes }) => ({
    problem: "worker ended but left processes, which were ended by the check",
    details: detail("left", processes.join(", ")),
    remedy:
      "End them in the worker when it gets SIGTERM, and wait for them. A script starts its last command with `exec`, so that it gets the signal. A container kills them when its first process ends.",
  }),

  "migrates-twice": ({ jobs, command, database, event }) => ({
    problem: `jobs that can run at the same time migrate one database: ${jobs.join(", ")}`,
    details: [...detail("command", command), ...detail("database", database), ...detail("started by", event)],
    remedy:
      event === undefined
        ? "Write `offshoot migrate --` before the command in each job. Then one job runs it, and the others wait."
        : "Write `offshoot migrate --` before the command in each job. Or give these jobs one `concurrency` group, which GitHub then runs one after the other.",
  }),
  "not-after-migration": ({ migrates, command }) => ({
    problem: `the job uses the database that the job "${migrates}" migrates, and does not wait for it`,
    details: detail("command", command),
    remedy: `Add ${migrates} to needs. Or run \`offshoot migrate\` in both jobs: then the second one waits.`,
  }),
  "migration-failure-hidden": ({ command, by }) => ({
    problem: `a failed migration does not fail the ${by === "continue-on-error of the job" ? "workflow" : "step"}, because of ${by}`,
    details: detail("command", command),
    remedy:
      by === "a pipe"
        ? "Set `shell: bash`, which adds pipefail. Without it, the status of the step is that of the last command in the pipe."
        : by === "&"
          ? "Wait for it with `wait $!`, which has the status of the command. `wait` alone is always a success."
          : "Let the step fail. Otherwise all later steps run on an unknown schema.",
  }),
  "migrates-through-pooler": ({ variable, value }) => ({
    problem: "migrations connect through a pooler, where session locks do not work",
    details: detail("found", `${variable}: ${value}`),
    remedy: "Give migrations the direct URL: DATABASE_URL_UNPOOLED, or db_url of Neon's action.",
  }),
  "secret-in-output": ({ output, value }) => ({
    problem: `the output "${output}" passes a secret to other jobs`,
    details: detail("found", value),
    remedy: "Run `offshoot env --format ci` in each job that needs the URL. GitHub drops an output that holds a masked value.",
  }),
  "needs-missing": ({ job, expression }) => ({
    problem: `the job reads from the job "${job}", which is not in its needs`,
    details: detail("found", expression),
    remedy: `Add ${job} to needs. Otherwise the expression is empty, and a condition with it is always false.`,
  }),
  "output-missing": ({ source, output, nearest }) => ({
    problem: source.startsWith("no ") ? `${source} has the output "${output}"` : `${source} does not declare the output "${output}"`,
    details: detail("similar", nearest),
    remedy: "Correct the name, or add the output there. Otherwise the expression is empty.",
  }),
  "output-as-boolean": ({ expression }) => ({
    problem: "an output is a text, and is never equal to true or false",
    details: detail("found", expression),
    remedy: "Compare it with a text: == 'true'.",
  }),
  "condition-is-text": ({ condition }) => ({
    problem: "the condition is a text, which is always true",
    details: detail("found", condition),
    remedy: "Put the whole condition into one ${{ }}, or remove ${{ and }}. A block (| or >) adds a line break after }}: write |- or >-.",
  }),
  "fallback-skipped": ({ needs, condition }) => ({
    problem: `the job has a fallback for the job "${needs}", but is skipped with it`,
    details: detail(`condition of ${needs}`, condition),
    remedy: "Add `!failure() && !cancelled()` to the condition of this job. Then it also runs when the needed job was skipped.",
  }),
  "step-missing": ({ step, purpose, add }) => ({
    problem: `no step ${purpose}`,
    details: quoted(add),
    remedy: `Add the step above, or take ${step} out of the required steps.`,
  }),
  "branch-left": ({ uses }) => ({
    problem: "the step creates a Neon branch that is never deleted",
    details: detail("found", uses),
    remedy: "Set expires_at, and delete the branch in a job with `if: always()`. Or use offshoot up, which does both.",
  }),
  "cleanup-skipped": ({ step }) => ({
    problem: "a failed or cancelled run skips this cleanup",
    details: detail("found", step),
    remedy: "Add `if: always()`. Otherwise such a run leaves its database behind.",
  }),
  "untrusted-checkout": ({ ref }) => ({
    problem: "the code of a pull request runs with this repository's secrets",
    details: detail("found", `ref: ${ref}`),
    remedy: "Use the trigger pull_request, where forks get no secrets and a local Postgres is enough. Or check out only the base branch.",
  }),
  "output-buffered": ({ command }) => ({
    problem: "Python runs in the background and buffers its output",
    details: detail("command", command),
    remedy: "Set PYTHONUNBUFFERED: 1, or start it with python -u. Otherwise the log is empty when the process is killed.",
  }),
  "increment-ends-script": ({ command }) => ({
    problem: "an increment can end the script: ((x++)) fails when x is 0, and the shell runs with -e",
    details: detail("command", command),
    remedy: "Write x=$((x + 1)).",
  }),
};

/** Lines of a log. */
function quoted(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `| ${line}`);
}
