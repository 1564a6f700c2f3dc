import { scalar } from "../scalar.ts";
import { jobsIn } from "./lines.ts";
import { linesOf, type Service } from "./service.ts";

/** Buildkite. A step after `continue_on_failure` runs however the others ended (Buildkite documentation, "Wait step"). */
export const buildkite: Service = {
  title: "Buildkite",
  file: ".buildkite/pipeline.yml",
  others: [".buildkite/pipeline.yaml"],
  host: undefined,
  settings: [
    "With Neon: let the agents' `environment` hook, or the cluster's secrets, set NEON_API_KEY and NEON_PROJECT_ID.",
    "For the sweep: add a daily schedule under Pipeline Settings > Schedules.",
    "The agents need Node, and for runs without a key Docker or a Postgres.",
  ],
  pipeline(recipe) {
    const { test, teardown, sweep } = jobsIn(recipe, "agent");
    return {
      head: linesOf(
        "# Every build has a database of its own: a Neon branch where NEON_API_KEY is set, else a Postgres on the agent.",
        "steps:",
      ),
      body: linesOf(
        "  # Any number of steps, and `parallelism: 4`, may do the same: they share one database.",
        '  - label: ":test_tube: test"',
        "    key: test",
        '    if: build.source != "schedule"',
        ...commands(test),
        "",
        "  - wait: ~",
        "    continue_on_failure: true",
        "",
        "  # Removes the database also where a step was killed.",
        '  - label: ":wastebasket: teardown"',
        "    key: teardown",
        '    if: build.source != "schedule"',
        ...commands(teardown),
        "",
        "  # Removes what no teardown reached.",
        '  - label: ":broom: sweep"',
        "    key: sweep",
        '    if: build.source == "schedule"',
        ...commands(sweep),
      ),
    };
  },
};

function commands(lines: readonly string[]): readonly string[] {
  // `$` is read when the pipeline is uploaded, unless it is doubled.
  const escaped = lines.map((line) => line.replaceAll("$", "$$$$"));
  return ["    commands:", ...escaped.map((line) => `      - ${scalar(line)}`)];
}
