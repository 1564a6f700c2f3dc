import { scalar } from "../yaml.ts";
import { jobsInOneShell } from "./jobs.ts";
import { linesOf, type CiService } from "./service.ts";

/** Buildkite. A step after a `wait` with `continue_on_failure` runs even if other steps failed (Buildkite documentation, "Wait step"). */
export const buildkite: CiService = {
  title: "Buildkite",
  file: ".buildkite/pipeline.yml",
  others: [".buildkite/pipeline.yaml"],
  host: undefined,
  hasOwnAgents: true,
  settings: [
    "To use Neon: set NEON_API_KEY and NEON_PROJECT_ID in the agents' `environment` hook or in the cluster's secrets.",
    "To run the sweep: add a daily schedule under Pipeline Settings > Schedules.",
    "The agents need Node. Runs without NEON_API_KEY also need Docker or Postgres on the agent.",
  ],
  pipeline(commands) {
    const { test, teardown, sweep } = jobsInOneShell(commands, "agent");
    return {
      head: linesOf(
        "# Each build has its own database: a Neon branch if NEON_API_KEY is set, otherwise a Postgres on the agent.",
        "steps:",
      ),
      body: linesOf(
        "  # Other steps, also with `parallelism`, can run the same command. All of them share one database.",
        '  - label: ":test_tube: test"',
        "    key: test",
        '    if: build.source != "schedule"',
        ...commandLines(test),
        "",
        "  - wait: ~",
        "    continue_on_failure: true",
        "",
        "  # Deletes the database, even if a step was killed.",
        '  - label: ":wastebasket: teardown"',
        "    key: teardown",
        '    if: build.source != "schedule"',
        ...commandLines(teardown),
        "",
        "  # Deletes databases that no teardown has deleted.",
        '  - label: ":broom: sweep"',
        "    key: sweep",
        '    if: build.source == "schedule"',
        ...commandLines(sweep),
      ),
    };
  },
};

function commandLines(lines: readonly string[]): readonly string[] {
  // Buildkite replaces `$NAME` when the pipeline is uploaded. `$$` is a literal `$`.
  const escaped = lines.map((line) => line.replaceAll("$", "$$$$"));
  return ["    commands:", ...escaped.map((line) => `      - ${scalar(line)}`)];
}
