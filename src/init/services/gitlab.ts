import { scalar } from "../scalar.ts";
import { jobsIn } from "./lines.ts";
import { linesOf, type Service } from "./service.ts";

/** GitLab CI. */
export const gitlab: Service = {
  title: "GitLab CI",
  file: ".gitlab-ci.yml",
  others: [],
  host: /(?:^|\.)gitlab\./,
  settings: [
    "With Neon: add NEON_API_KEY (masked) and NEON_PROJECT_ID under Settings > CI/CD > Variables.",
    "For the sweep: add a daily schedule under Build > Pipeline schedules.",
  ],
  pipeline(recipe) {
    const { test, teardown, sweep } = jobsIn(recipe, "image");
    return {
      head: linesOf(
        "# One pipeline for each push: of the merge request where there is one.",
        "workflow:",
        "  rules:",
        '    - if: $CI_PIPELINE_SOURCE == "schedule"',
        '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"',
        "    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
        "",
      ),
      body: linesOf(
        "# Every pipeline has a database of its own: a Neon branch where NEON_API_KEY is set, else a Postgres in the job.",
        "# Any number of jobs, and `parallel: 4`, may do the same: they share one database.",
        "test:",
        "  stage: test",
        `  image: node:${recipe.node}`,
        "  rules:",
        '    - if: $CI_PIPELINE_SOURCE != "schedule"',
        ...script(test),
        "",
        "# Removes the database also where a job was killed.",
        "teardown:",
        "  stage: .post",
        `  image: node:${recipe.node}`,
        "  rules:",
        '    - if: $CI_PIPELINE_SOURCE != "schedule"',
        "      when: always",
        ...script(teardown),
        "",
        "# Removes what no teardown reached.",
        "sweep:",
        "  stage: test",
        `  image: node:${recipe.node}`,
        "  rules:",
        '    - if: $CI_PIPELINE_SOURCE == "schedule"',
        ...script(sweep),
      ),
    };
  },
};

function script(lines: readonly string[]): readonly string[] {
  return ["  script:", ...lines.map((line) => `    - ${scalar(line)}`)];
}
