import { scalar } from "../yaml.ts";
import { jobsInOwnShells } from "./jobs.ts";
import { indent, linesOf, type CiService } from "./service.ts";

/** CircleCI. A job that requires `terminal` runs even if the other job failed (CircleCI changelog, "Terminal jobs released"). */
export const circleci: CiService = {
  title: "CircleCI",
  file: ".circleci/config.yml",
  others: [],
  host: undefined,
  settings: [
    "To use Neon: add NEON_API_KEY and NEON_PROJECT_ID under Project Settings > Environment Variables.",
    "To run the sweep: add a daily schedule trigger under Project Settings > Triggers.",
  ],
  pipeline(commands) {
    const { test, teardown, sweep } = jobsInOwnShells(commands, "image");
    return {
      head: linesOf("version: 2.1", ""),
      body: linesOf(
        "# Each workflow has its own database: a Neon branch if NEON_API_KEY is set, otherwise a Postgres in the job.",
        "jobs:",
        "  # Other jobs, also with `parallelism`, can run the same command. All of them share one database.",
        "  test:",
        ...job(test, commands.image),
        "  teardown:",
        ...job(teardown, `node:${commands.node}`),
        "  sweep:",
        ...job(sweep, `node:${commands.node}`),
        "",
        "workflows:",
        "  test:",
        "    when:",
        "      not:",
        "        equal: [scheduled_pipeline, << pipeline.trigger_source >>]",
        "    jobs:",
        "      - test",
        "      # Deletes the database, even if a job was killed.",
        "      - teardown:",
        "          requires:",
        "            - test: terminal",
        "  # Deletes databases that no teardown has deleted.",
        "  sweep:",
        "    when:",
        "      equal: [scheduled_pipeline, << pipeline.trigger_source >>]",
        "    jobs:",
        "      - sweep",
      ),
    };
  },
};

function job(lines: readonly string[], image: string): readonly string[] {
  return indent(4, ["docker:", `  - image: ${image}`, "steps:", "  - checkout", ...indent(2, lines.flatMap(runStep))]);
}

function runStep(script: string): readonly string[] {
  // In CircleCI, `<<` starts a parameter anywhere in the file, so it must be escaped.
  const escaped = script.replaceAll("<<", String.raw`\<<`);
  return escaped.includes("\n") ? ["- run: |", ...indent(4, escaped.split("\n"))] : [`- run: ${scalar(escaped)}`];
}
