import type { Recipe } from "../recipe.ts";
import { scalar } from "../scalar.ts";
import { stepsIn } from "./lines.ts";
import { indent, linesOf, type Service } from "./service.ts";

/** CircleCI. A job after `terminal` runs however the others ended (CircleCI changelog, "Terminal jobs released"). */
export const circleci: Service = {
  title: "CircleCI",
  file: ".circleci/config.yml",
  others: [],
  host: undefined,
  settings: [
    "With Neon: add NEON_API_KEY and NEON_PROJECT_ID under Project Settings > Environment Variables.",
    "For the sweep: add a daily schedule trigger under Project Settings > Triggers.",
  ],
  pipeline(recipe) {
    const { test, teardown, sweep } = stepsIn(recipe, "image");
    return {
      head: linesOf("version: 2.1", ""),
      body: linesOf(
        "# Every workflow has a database of its own: a Neon branch where NEON_API_KEY is set, else a Postgres in the job.",
        "jobs:",
        "  # Any number of jobs, and `parallelism: 4`, may do the same: they share one database.",
        "  test:",
        ...job(test, recipe),
        "  teardown:",
        ...job(teardown, recipe),
        "  sweep:",
        ...job(sweep, recipe),
        "",
        "workflows:",
        "  test:",
        "    when:",
        "      not:",
        "        equal: [scheduled_pipeline, << pipeline.trigger_source >>]",
        "    jobs:",
        "      - test",
        "      # Removes the database also where a job was killed.",
        "      - teardown:",
        "          requires:",
        "            - test: terminal",
        "  # Removes what no teardown reached.",
        "  sweep:",
        "    when:",
        "      equal: [scheduled_pipeline, << pipeline.trigger_source >>]",
        "    jobs:",
        "      - sweep",
      ),
    };
  },
};

function job(lines: readonly string[], { node }: Recipe): readonly string[] {
  return indent(4, ["docker:", `  - image: node:${node}`, "steps:", "  - checkout", ...indent(2, lines.flatMap(runStep))]);
}

function runStep(script: string): readonly string[] {
  // `<<` begins a parameter of CircleCI's own, wherever it stands.
  const escaped = script.replaceAll("<<", String.raw`\<<`);
  return escaped.includes("\n") ? ["- run: |", ...indent(4, escaped.split("\n"))] : [`- run: ${scalar(escaped)}`];
}
