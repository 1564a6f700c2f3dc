import { scalar } from "../yaml.ts";
import { jobsInOneShell } from "./jobs.ts";
import { linesOf, type CiService } from "./service.ts";

/** GitLab CI. */
export const gitlab: CiService = {
  title: "GitLab CI",
  file: ".gitlab-ci.yml",
  others: [],
  host: /(?:^|\.)gitlab\./,
  settings: [
    "To use Neon: add NEON_API_KEY (masked) and NEON_PROJECT_ID under Settings > CI/CD > Variables.",
    "To run the sweep: add a daily schedule under Build > Pipeline schedules.",
  ],
  pipeline(commands) {
    const { test, teardown, sweep } = jobsInOneShell(commands, "image");
    return {
      head: linesOf(
        "# One pipeline for each push. If there is a merge request, it is the merge request pipeline.",
        "workflow:",
        "  rules:",
        '    - if: $CI_PIPELINE_SOURCE == "schedule"',
        '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"',
        "    - if: $CI_COMMIT_BRANCH && $CI_OPEN_MERGE_REQUESTS",
        "      when: never",
        "    - if: $CI_COMMIT_BRANCH",
        "",
      ),
      body: linesOf(
        "# Each pipeline has its own database: a Neon branch if NEON_API_KEY is set, otherwise a Postgres in the job.",
        "# Other jobs, also with `parallel`, can run the same command. All of them share one database.",
        "test:",
        "  stage: test",
        `  image: ${commands.image}`,
        "  rules:",
        '    - if: $CI_PIPELINE_SOURCE != "schedule"',
        ...script(test),
        "",
        "# Deletes the database, even if a job was killed.",
        "teardown:",
        "  stage: .post",
        `  image: node:${commands.node}`,
        "  rules:",
        '    - if: $CI_PIPELINE_SOURCE != "schedule"',
        "      when: always",
        ...script(teardown),
        "",
        "# Deletes databases that no teardown has deleted.",
        "sweep:",
        "  stage: test",
        `  image: node:${commands.node}`,
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
