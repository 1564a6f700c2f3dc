import { collect, type Flags, type Load } from "./menu-flags.ts";

/** The commands below `offshoot check`. `addCheck` adds one of them, and returns it for its own arguments and flags. */
export function addChecks(addCheck: (name: string, description: string, load: Load) => Flags): void {
  addCheck("metrics", "check that an endpoint has the metrics that Prometheus needs", () => import("./commands/check-metrics.ts"))
    .argument("<url>", "the URL of the endpoint, or the name of a variable with the URL")
    .option("--metric <name[:type]>", "a metric that must exist, such as runs_total:counter; repeatable", collect, [])
    .option("--optional <name[:type]>", "a metric that causes only a warning if it is missing; repeatable", collect, [])
    .option("--token <variable>", "the name of a variable with a bearer token")
    .option("--within <duration>", "how long to try", "30s");
  addCheck("worker", "check that a worker keeps running, writes logs and stops on SIGTERM", () => import("./commands/check-worker.ts"))
    .argument("[command...]", "the command of the worker, after --")
    .option("--pid <pid>", "check a process that runs already, by its id")
    .option("--pid-file <file>", "the same, with its id in a file")
    .option("--match <pattern>", "the same, with a pattern for its command line, as for pgrep -f")
    .option("--container <name>", "check a container that exists already")
    .option("--log <file>", "the file to which the worker writes its log; it is followed when it is rotated")
    .option("--for <duration>", "how long the worker must keep running", "10s")
    .option("--lines <n>", "how many lines the worker must write; default: 1")
    .option("--ready <text>", "a text that one of the lines must contain")
    .option("--must <pattern>", "a regular expression that must match a line; repeatable", collect, [])
    .option("--must-not <pattern>", "a regular expression that must not match a line; repeatable", collect, [])
    .option("--fresh <duration>", "how old the last line can be at the end")
    .option("--restarts <n>", "how often the worker can end and start again; default: 0")
    .option("--within <duration>", "how long to wait for the worker and its lines", "30s")
    .option("--grace <duration>", "how long the worker can take to stop", "10s");
  addCheck("workflow", "check GitHub Actions workflows and shell scripts for known mistakes", () => import("./commands/check-workflow.ts"))
    .argument("[file...]", "workflow files and shell scripts; default: all files in .github/workflows")
    .option("--require <steps>", "steps that must exist, such as audit,teardown; default: the setting check.workflow.require");
}
