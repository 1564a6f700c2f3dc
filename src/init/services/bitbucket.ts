import { scalar } from "../scalar.ts";
import { jobsIn } from "./lines.ts";
import { indent, linesOf, type Service } from "./service.ts";

/** Bitbucket Pipelines. No step runs after a failed one, but `after-script` does (Atlassian documentation, "Step options"). */
export const bitbucket: Service = {
  title: "Bitbucket Pipelines",
  file: "bitbucket-pipelines.yml",
  others: [],
  host: /(?:^|\.)bitbucket\./,
  settings: [
    "With Neon: add NEON_API_KEY (secured) and NEON_PROJECT_ID under Repository settings > Repository variables.",
    "For the sweep: add a daily schedule of the pipeline `sweep` under Pipelines > Schedules.",
  ],
  pipeline(recipe) {
    const { test, teardown, sweep } = jobsIn(recipe, "image");
    return {
      head: linesOf(`image: node:${recipe.node}`, ""),
      body: linesOf(
        "# Every pipeline has a database of its own: a Neon branch where NEON_API_KEY is set, else a Postgres in the step.",
        "pipelines:",
        "  default:",
        "    - step:",
        "        name: test",
        "        script:",
        ...indent(10, items(test)),
        "        # Removes the database also where the script was killed. Parallel steps share it: leave this out for them.",
        "        after-script:",
        ...indent(10, items(teardown.filter((line) => !recipe.install.includes(line)))),
        "  custom:",
        "    # Removes what no teardown reached.",
        "    sweep:",
        "      - step:",
        "          name: sweep",
        "          script:",
        ...indent(12, items(sweep)),
      ),
    };
  },
};

function items(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `- ${scalar(line)}`);
}
